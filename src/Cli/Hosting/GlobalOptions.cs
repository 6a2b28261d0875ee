using System.CommandLine;
using AlfrescoBackupFlows.Cli.Output;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The options that every command takes, anywhere after it.</summary>
internal sealed class GlobalOptions
{
    private const string LogFormatName = "--log-format";

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

    private readonly Option<string?> _logFormat = NewLogFormat();

    public void AddTo(RootCommand root)
    {
        root.Add(_config);
        root.Add(_json);
        root.Add(_quiet);
        root.Add(_logFormat);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>How lines are written to stderr, and to the log in the state directory.</summary>
    public LogFormat LogFormat(ParseResult parsed) => Output.LogFormat.Choose(parsed.GetValue(_logFormat));

    /// <summary>The same of a command line that cannot be read.</summary>
    public static LogFormat LogFormatOf(IEnumerable<string> words) =>
        Output.LogFormat.Choose(words.SkipWhile(word => word != LogFormatName).Skip(1).FirstOrDefault());

    public ConfigChoice Config(ParseResult parsed) => ConfigChoice.Of(parsed.GetValue(_config), ConfigChoice.OfMachine);

    private static Option<string?> NewLogFormat()
    {
        var option = new Option<string?>(LogFormatName)
        {
            Description =
                "How messages are written: text, json (one object a line) or journal (fields of systemd's journal; the "
                + "default in a unit).",
            HelpName = "FORMAT",
            Recursive = true,
        };
        option.AcceptOnlyFromAmong(Output.LogFormat.Names);
        return option;
    }
}
