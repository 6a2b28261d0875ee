using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;

/// <summary>
/// Backups of cores through Solr's replication handler. A backup goes on after the answer: what becomes of it stands in
/// <c>command=details</c>, and is told from that of another by its name.
/// </summary>
public sealed class SolrBackups(SolrSource source) : IDisposable
{
    /// <summary>Of the directories that Solr makes.</summary>
    public const string Prefix = "snapshot.";

    private readonly HttpClient _client = SolrConnection.Open(source);

    /// <exception cref="AbfException">Source: it does not answer, or not as Solr does.</exception>
    public async Task<SolrDetails> ReadDetailsAsync(SolrCore core, CancellationToken cancellationToken)
    {
        Uri url = UrlOf(core, "details");
        byte[] answer = await AskAsync(core, url, cancellationToken);
        try
        {
            return SolrDetails.Parse(answer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"{Shown(url)} does not answer as Solr's replication handler does ({e.Message}): correct "
                    + "installation.index.solr.url or the core's name",
                e
            );
        }
    }

    /// <summary>Begins a backup, unless one of this name was begun already.</summary>
    /// <exception cref="AbfException">Source: Solr refused it.</exception>
    public async Task BeginAsync(SolrCore core, string backup, CancellationToken cancellationToken)
    {
        if (GivenPath.IsDirectory(core.SnapshotOf(backup)))
        {
            return;
        }

        Uri url = UrlOf(core, "backup", backup);
        byte[] answer = await AskAsync(core, url, cancellationToken);
        if (FaultIn(answer) is { } fault)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"Solr refused a backup of core {core.Name} at {Shown(url)}: {PlainText.Escape(fault)}. Look into Solr's log"
            );
        }
    }

    /// <summary>Has Solr delete a backup. Where there is none, nothing happens.</summary>
    /// <exception cref="AbfException">Source: Solr refused it.</exception>
    public async Task DeleteAsync(SolrCore core, string backup, CancellationToken cancellationToken)
    {
        if (!GivenPath.IsDirectory(core.SnapshotOf(backup)))
        {
            return;
        }

        Uri url = UrlOf(core, "deletebackup", backup);
        if (FaultIn(await AskAsync(core, url, cancellationToken)) is { } fault)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"Solr did not delete its backup '{core.SnapshotOf(backup)}': {PlainText.Escape(fault)}. Delete it by hand"
            );
        }
    }

    /// <summary>Names of backups in the core's directory that begin so.</summary>
    /// <exception cref="PermanentException">Source: the directory cannot be read.</exception>
    public static IReadOnlyList<string> List(SolrCore core, string beginning)
    {
        try
        {
            string start = Prefix + beginning;
            return
            [
                .. GivenPath
                    .NamesIn(core.Directory)
                    .Where(name => name.StartsWith(start, StringComparison.Ordinal))
                    .Select(static name => name[Prefix.Length..])
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"installation.index.solr.cores.{core.Name} '{core.Directory}' cannot be read ({e.Message}): name the directory "
                    + "in which Solr makes its backups, and let this user read it",
                e
            );
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> AskAsync(SolrCore core, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(url, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await answer.Content.ReadAsByteArrayAsync(cancellationToken),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new PermanentException(
                    ErrorKind.Source,
                    $"{Shown(url)} refuses ({(int)answer.StatusCode}): set installation.index.solr.secretFile to the secret that "
                        + "Solr asks for, or the certificate"
                ),
                HttpStatusCode.NotFound => throw new PermanentException(
                    ErrorKind.Source,
                    $"{Shown(url)} is not there (404): correct installation.index.solr.url, or the name of core '{core.Name}' in "
                        + "installation.index.solr.cores"
                ),
                >= HttpStatusCode.InternalServerError => throw new TransientException(
                    ErrorKind.Source,
                    $"{Shown(url)} failed ({(int)answer.StatusCode}): look into Solr's log"
                ),
                _ => throw new PermanentException(
                    ErrorKind.Source,
                    $"{Shown(url)} answers {(int)answer.StatusCode}, which Solr does not: correct installation.index.solr.url"
                ),
            };
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"no TLS with {Shown(url)} ({e.InnerException.Message}): name the authority of its certificate in "
                    + "installation.index.solr.trustedCertificatesFile, and where Solr asks for one a certificate in "
                    + "installation.index.solr.certificateFile",
                e
            );
        }
        catch (HttpRequestException e)
        {
            throw new TransientException(
                ErrorKind.Source,
                $"Solr does not answer at {Shown(url)} ({e.Message}): start it, or correct installation.index.solr.url"
                    + (
                        url.Scheme == Uri.UriSchemeHttps && source.CertificateFile is null
                            ? "; where it asks for a client's certificate, name one in installation.index.solr.certificateFile"
                            : string.Empty
                    ),
                e
            );
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException(
                ErrorKind.Source,
                $"Solr does not answer at {Shown(url)} within {_client.Timeout.TotalSeconds} s: look into its log",
                e
            );
        }
    }

    /// <summary>Solr answers 200 to what it refused, and says so within.</summary>
    private static string? FaultIn(byte[] answer)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return "its answer is no object";
            }

            string? status = root.TryGetProperty("status", out JsonElement said) ? said.ToString() : null;
            return status is null || status.Equals("OK", StringComparison.OrdinalIgnoreCase)
                ? null
                : MessageIn(root) ?? status;
        }
        // InvalidOperationException: an escape such as \ud800, which is half of a character.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"its answer is no JSON ({e.Message})";
        }
    }

    private static string? MessageIn(JsonElement root) =>
        root.TryGetProperty("message", out JsonElement message) ? message.ToString()
        : root.TryGetProperty("exception", out JsonElement exception) ? exception.ToString()
        : null;

    private Uri UrlOf(SolrCore core, string command, string? name = null)
    {
        string query = name is null ? string.Empty : $"&name={Uri.EscapeDataString(name)}";
        return new Uri(
            $"{source.Url.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(core.Name)}/replication?command={command}{query}&wt=json"
        );
    }

    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);
}
