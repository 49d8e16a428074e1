using System.Net;

namespace Edge.Io.Http;

/// <summary>What a server answered.</summary>
/// <param name="Status">Whatever it is: redirections are not followed.</param>
/// <param name="Body">Null: it is larger than was wanted.</param>
/// <param name="RetryAfter">How long the server asks to be left alone; null: it does not.</param>
internal sealed record HttpAnswer(HttpStatusCode Status, ReadOnlyMemory<byte>? Body, TimeSpan? RetryAfter);
