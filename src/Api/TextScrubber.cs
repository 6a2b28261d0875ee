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

    private readonly string[] _paths;
    private readonly Secret[] _secrets;

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
        Secret?[] secrets =
        [
            loaded.Passphrase,
            loaded.KeyFile,
            loaded.ConnectionString,
            options.Installation.Database.Password,
            options.Restore.DatabasePassword,
            options.Drill.Password,
            options.Serve.Key,
            TryRead(options.Installation.Index.Solr.SecretFile, "installation.index.solr.secretFile"),
            TryRead(
                options.Installation.Index.Solr.CertificatePasswordFile,
                "installation.index.solr.certificatePasswordFile"
            ),
        ];
        _secrets = [.. secrets.OfType<Secret>()];
    }

    /// <summary>Null where it cannot be read, which whoever needs it says.</summary>
    private static Secret? TryRead(string? path, string setting)
    {
        try
        {
            return path is null ? null : SecretFile.Read(path, setting).Value;
        }
        catch (PermanentException)
        {
            return null;
        }
    }

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
        return PlainText.Escape(Option().Replace(text, match => Options.GetValueOrDefault(match.Value, match.Value)));
    }

    /// <summary>What ends the sentence rather than the path.</summary>
    private static string Ending(string word) =>
        word[^1] is '.' or ',' or ':' or ';' or ')' ? word[^1..] : string.Empty;

    private static string? DirectoryOf(string? url) => url is null ? null : DirectoryBlobStore.TryParseUrl(url);

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
