using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Api;

/// <summary>
/// Makes a line for administrators one for clients of the API. Options of commands become what the API has in their
/// place. What a client must not see is taken out: everything that has a slash in it, be
/// it a path, a URL or the name of a blob, whole quotations first because their names may hold blanks; the configured
/// directories, which stand unquoted in some lines; and, should a line hold one against the rules, the configured
/// secrets. The log has the line whole.
/// </summary>
public sealed partial class TextScrubber
{
    private const string Hidden = "[path]";

    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["--accept-content-loss"] = "acceptContentLoss: true",
        ["--any-space"] = "--any-space (abf restore, on the host)",
        ["--database"] = "restore.databaseUrl",
        ["--database-only"] = "--database-only (abf restore, on the host)",
        ["--database-password-file"] = "restore.databasePasswordFile",
        ["--no-database"] = "database: false",
        ["--set"] = "set",
        ["--target"] = "target",
    };

    private static readonly Dictionary<string, string> OptionsOfDrill = new(Options, StringComparer.Ordinal)
    {
        ["--database"] = "drill.database",
        ["--database-password-file"] = "drill.passwordFile",
        ["--roots"] = "roots",
        ["--scratch"] = "drill.scratch",
        ["--server"] = "drill.server",
        ["--share"] = "sharePercent",
    };

    private readonly string[] _paths;
    private readonly Secret[] _secrets;
    private readonly IReadOnlyDictionary<string, string> _options;

    public TextScrubber(LoadedOptions loaded)
    {
        BackupOptions options = loaded.Options;
        IEnumerable<string?> paths =
        [
            .. PathSettings.In(options).Select(setting => setting.Path),
            DirectoryOf(options.Repository.Url),
            DirectoryOf(options.Repository.ControlUrl),
            .. options.Mirror.Select(mirror => DirectoryOf(mirror.Url)),
        ];
        _paths =
        [
            .. paths
                .OfType<string>()
                .Select(Path.TrimEndingDirectorySeparator)
                .Where(p => p.Length > 1)
                .OrderByDescending(p => p.Length),
        ];
        _secrets = [.. SecretSettings.In(loaded).OrderByDescending(static secret => secret.Reveal().Length)];
        _options = Options;
        Drills = new TextScrubber(this, OptionsOfDrill);
    }

    private TextScrubber(TextScrubber general, IReadOnlyDictionary<string, string> options)
    {
        (_paths, _secrets, _options) = (general._paths, general._secrets, options);
        Drills = this;
    }

    /// <summary>The same for what drills say: there an option stands for a setting of <c>drill</c>.</summary>
    public TextScrubber Drills { get; }

    /// <summary>
    /// A failure as clients see it. An unexpected one was not written for others to read, so only its kind is
    /// told.
    /// </summary>
    public FailureDocument Describe(FlowFailure failure) =>
        new(
            FailureCodes.Of(failure.Kind),
            failure.Kind is ErrorKind.Unexpected
                ? "an unexpected failure; the host's log has the details"
                : Clean(failure.Message)
        );

    public string[] Clean(IEnumerable<string> lines) => [.. lines.Select(Clean)];

    public string Clean(string line)
    {
        string text = _secrets.Aggregate(line, (t, s) => t.Replace(s.Reveal(), s.ToString(), StringComparison.Ordinal));
        text = Quoted().Replace(text.ReplaceLineEndings(" "), $"'{Hidden}'");
        text = _paths.Aggregate(text, (t, p) => t.Replace(p, "/", StringComparison.Ordinal));
        text = Word().Replace(text, match => Hidden + Ending(match.Value));
        return PlainText.Escape(Option().Replace(text, match => _options.GetValueOrDefault(match.Value, match.Value)));
    }

    /// <summary>What ends the sentence rather than the path.</summary>
    private static string Ending(string word) =>
        word[^1] is '.' or ',' or ':' or ';' or ')' ? word[^1..] : string.Empty;

    private static string? DirectoryOf(string? url) => url is null ? null : DirectoryUrl.TryParse(url);

    [GeneratedRegex(@"'[^']*[/\\][^']*'|""[^""]*[/\\][^""]*""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(
        @"(?<![^\s(])--[a-z]+(-[a-z]+)*(?![\w-])",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Option();

    [GeneratedRegex(@"[^\s'""(]*[/\\][^\s'""]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
