using Edge.Config.Diagnostics;

namespace Edge.Cli;

/// <summary>What `edge check FILE` says of the errors it found, in either form.</summary>
internal sealed class CheckReport(string path, bool json, Terminal terminal)
{
    /// <summary>Writes all errors in the order given: text to standard error, or one document to standard output.</summary>
    /// <returns>The exit code.</returns>
    public int Write(IReadOnlyList<ConfigurationError> errors)
    {
        if (json)
        {
            var document = new CheckDocument(
                path,
                errors.Count == 0,
                [.. errors.Select(error => new CheckDocumentError(error.Path, error.Line, error.Column, error.Message, error.Advice))]);
            CliJson.Write(terminal.Out, document, CliJson.Default.CheckDocument);
        }
        else
        {
            foreach (var error in errors)
                terminal.WriteError(error.Render());
        }

        return errors.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
