using System.CommandLine;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The options that every command takes, anywhere after it.</summary>
internal sealed class GlobalOptions
{
    private const string DefaultConfig = "abf.json";

    private readonly Option<string?> _config = new("--config")
    {
        Description = $"The configuration file (default: {DefaultConfig}).",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write the result as one JSON document.",
        Recursive = true,
    };

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Say nothing on success.", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Add(_config);
        root.Add(_json);
        root.Add(_quiet);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>The file to read; null where a container gives its whole configuration by variables.</summary>
    public string? ConfigPath(ParseResult parsed) =>
        parsed.GetValue(_config) is { } path ? path
        : !GivenPath.IsFile(DefaultConfig) && HasVariables() ? null
        : DefaultConfig;

    private static bool HasVariables() =>
        Environment
            .GetEnvironmentVariables()
            .Keys.Cast<string>()
            .Any(k => k.StartsWith(OptionsReader.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase));
}
