using System.CommandLine;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The options that every command takes, anywhere after it.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        Description =
            $"The configuration file (default: abf.json in the current directory, else {ConfigChoice.OfMachine}).",
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

    public ConfigChoice Config(ParseResult parsed) => ConfigChoice.Of(parsed.GetValue(_config), ConfigChoice.OfMachine);
}
