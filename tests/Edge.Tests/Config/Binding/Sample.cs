using Edge.Config;
using Edge.Foundation.Configuration;

namespace Edge.Tests.Config.Binding;

/// <summary>A configuration in a folder of its own, gone when the test is over.</summary>
internal sealed class Sample : IDisposable
{
    public Sample(string text, params (string Name, string Value)[] environment)
    {
        Folder = Directory.CreateTempSubdirectory("edge-sample-").FullName;
        File = Path.Combine(Folder, "server.pkl");
        System.IO.File.WriteAllText(File, text);
        Environment = environment.ToDictionary(e => e.Name, e => e.Value);
    }

    public string Folder { get; }

    public string File { get; }

    public Dictionary<string, string> Environment { get; }

    public ConfigurationResult Load() =>
        ConfigurationLoader.Load(File, new LoadOptions { Environment = name => Environment.GetValueOrDefault(name) });

    /// <summary>The configuration of a text that has to be right.</summary>
    public static EdgeServer Read(string text, params (string Name, string Value)[] environment)
    {
        using var sample = new Sample(text, environment);
        var result = sample.Load();
        return result.Configuration ?? throw new InvalidOperationException(string.Concat(result.Errors.Select(e => e.Render())));
    }

    /// <summary>All errors as they are shown, the folder's name taken out.</summary>
    public static string Errors(string text, params (string Name, string Value)[] environment)
    {
        using var sample = new Sample(text, environment);
        return sample.Errors();
    }

    public string Errors()
    {
        var result = Load();
        if (result.Configuration is not null) throw new InvalidOperationException("the configuration has no errors");
        return string.Concat(result.Errors.Select(e => e.Render())).Replace(Folder + "/", "", StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
