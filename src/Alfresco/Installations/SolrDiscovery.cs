using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Reads the section <c>installation.index.solr</c>. Goes on after a fault.</summary>
internal sealed class SolrDiscovery(SearchIndexOptions options, DiscoveryFaults faults, List<Notice> notices)
{
    private const string Section = "installation.index.solr";
    private const int MaxName = 64;

    /// <returns>Null after a fault.</returns>
    public SolrSource? Source()
    {
        SolrOptions solr = options.Solr;
        Uri? url = ReadUrl(solr.Url);
        ImmutableArray<SolrCore> cores = [.. Cores(solr.Cores)];
        Secret? secret = ReadSecret(solr.SecretFile, $"{Section}.secretFile");
        Secret? password = ReadSecret(solr.CertificatePasswordFile, $"{Section}.certificatePasswordFile");
        if (solr.CertificateFile is null && (solr.CertificateKeyFile ?? solr.CertificatePasswordFile) is not null)
        {
            faults.Add($"{Section}.certificateFile is not set, and its key or password is: name the certificate");
        }

        return url is null || cores.IsEmpty
            ? null
            : new SolrSource(url, cores, options.MaxWait)
            {
                Secret = secret,
                CertificateFile = solr.CertificateFile,
                CertificateKeyFile = solr.CertificateKeyFile,
                CertificatePassword = password,
                TrustedCertificatesFile = solr.TrustedCertificatesFile,
            };
    }

    private Uri? ReadUrl(string? text)
    {
        if (
            Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
        )
        {
            return url;
        }

        // What is not understood may have a password in it.
        faults.Add(
            text is null
                ? $"{Section}.url is not set: write where the search service is, such as http://localhost:8983/solr"
                : $"{Section}.url is no http:// or https:// URL without user, password and query: write one such as "
                    + "http://localhost:8983/solr; a secret stands in a file, named by secretFile"
        );
        return null;
    }

    private IEnumerable<SolrCore> Cores(IDictionary<string, string> cores)
    {
        if (cores.Count == 0)
        {
            faults.Add(
                $"{Section}.cores is empty: name each core with the directory in which Solr makes its backups, such as "
                    + "\"alfresco\": \"/opt/alfresco-search-services/backup/alfresco\""
            );
        }

        foreach ((string name, string directory) in cores.OrderBy(core => core.Key, StringComparer.Ordinal))
        {
            if (!IsName(name))
            {
                faults.Add($"{Section}.cores: '{name}' cannot name a core; write 1 to {MaxName} of A-Z a-z 0-9 . _ -");
            }
            else if (!Path.IsPathFullyQualified(directory))
            {
                faults.Add($"{Section}.cores.{name} '{directory}' is no absolute path: write it from the root on");
            }
            else
            {
                yield return new SolrCore(name, Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
            }
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxName
        && name[0] != '.'
        && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private Secret? ReadSecret(string? path, string setting)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            SecretFile file = SecretFile.Read(path, setting);
            if (file.Warning is { } warning)
            {
                notices.Add(
                    Notice.OfLine("secret-readable", warning, "whoever can log in here can ask Solr for all of it")
                );
            }

            return file.Value;
        }
        catch (PermanentException e)
        {
            faults.Add(e.Message);
            return null;
        }
    }
}
