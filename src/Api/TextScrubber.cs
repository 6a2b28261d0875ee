using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Api;

/// <summary>
/// Takes out of a line for administrators what a client of the API must not see: everything that has a slash in it, be
/// it a path, a URL or the name of a blob, whole quotations first because their names may hold blanks; the configured
/// directories, which stand unquoted in some lines; and, should a line hold one against the rules, the configured
/// secrets. The log has the line whole.
/// </summary>
internal sealed partial class TextScrubber
{
    private const string Path = "[path]";

    private readonly string[] _paths;
    private readonly Secret[] _secrets;

    public TextScrubber(LoadedOptions loaded)
    {
        BackupOptions options = loaded.Options;
        string?[] paths =
        [
            options.State,
            options.Installation.Root,
            options.Installation.GlobalProperties,
            options.Installation.Index.Path,
            options.Installation.Content.Contentstore,
            options.Installation.Content.Deleted,
            options.Installation.Content.Audit,
            options.Installation.Content.Keystore,
            options.Installation.Database.PasswordFile,
            options.Installation.Database.ToolPath,
            options.Repository.PassphraseFile,
            options.Repository.ConnectionStringFile,
            options.Backup.AcknowledgedMissingFile,
            options.Restore.Directory,
            options.Restore.DatabasePasswordFile,
            LocalPath(options.Repository.Url),
            LocalPath(options.Repository.ControlUrl),
            .. options.Installation.Content.Stores.Values,
        ];
        _paths = [.. paths.OfType<string>().Where(p => p.Length > 1).OrderByDescending(p => p.Length)];
        Secret?[] secrets =
        [
            loaded.Passphrase,
            loaded.ConnectionString,
            options.Installation.Database.Password,
            options.Restore.DatabasePassword,
        ];
        _secrets = [.. secrets.OfType<Secret>()];
    }

    /// <summary>
    /// A failure as clients see it. An unexpected one was not written for others to read, so only its kind is
    /// told.
    /// </summary>
    public FailureDocument Describe(FlowFailure failure) => new(
        FailureCodes.Of(failure.Kind),
        failure.Kind is ErrorKind.Unexpected
            ? "an unexpected failure; the host's log has the details"
            : Clean(failure.Message));

    public string[] Clean(IEnumerable<string> lines) => [.. lines.Select(Clean)];

    public string Clean(string line)
    {
        string text = _secrets.Aggregate(line, (t, s) => t.Replace(s.Reveal(), s.ToString(), StringComparison.Ordinal));
        text = Quoted().Replace(text.ReplaceLineEndings(" "), $"'{Path}'");
        text = _paths.Aggregate(text, (t, p) => t.Replace(p, "/", StringComparison.Ordinal));
        return Word().Replace(text, match => Path + Ending(match.Value));
    }

    /// <summary>What ends the sentence rather than the path.</summary>
    private static string Ending(string word) =>
        word[^1] is '.' or ',' or ':' or ';' or ')' ? word[^1..] : string.Empty;

    private static string? LocalPath(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.IsFile ? uri.LocalPath : null;

    [GeneratedRegex(@"'[^']*[/\\][^']*'|""[^""]*[/\\][^""]*""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[^\s'""(]*[/\\][^\s'""]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
