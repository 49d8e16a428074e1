namespace Edge.Io.Control;

/// <inheritdoc cref="ControlClient.Answer"/>
internal delegate Task SendAnswer(HttpMethod method, Uri url, ReadOnlyMemory<byte>? body, CancellationToken cancellation);
