using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex.Solr;

/// <summary>The search service whose cores are backed up by their own replication handlers.</summary>
/// <param name="Url">Such as <c>http://localhost:8983/solr</c>.</param>
/// <param name="Cores">In the order in which they are captured.</param>
/// <param name="MaxWait">The longest that all backups of a run may take together.</param>
public sealed record SolrSource(Uri Url, ImmutableArray<SolrCore> Cores, TimeSpan MaxWait)
{
    /// <summary>Sent in the header <c>X-Alfresco-Search-Secret</c>; null: none is.</summary>
    public Secret? Secret { get; init; }

    /// <summary>A client's certificate with its key: PEM, or PKCS #12; null: none is shown.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The key of a PEM certificate, where it is not in the same file.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Of the key or of the PKCS #12 file.</summary>
    public Secret? CertificatePassword { get; init; }

    /// <summary>Certificates (PEM) that the server's is trusted by, in place of this machine's own.</summary>
    public string? TrustedCertificatesFile { get; init; }

    /// <summary>What is sent can be read on the way, and leaves this machine.</summary>
    public bool IsInTheClear => Url.Scheme == Uri.UriSchemeHttp && !Url.IsLoopback;
}

/// <param name="Name">Such as <c>alfresco</c> or <c>archive</c>.</param>
/// <param name="Directory">Where the core makes <c>snapshot.NAME</c>, as this machine sees it.</param>
public sealed record SolrCore(string Name, string Directory)
{
    /// <summary>The directory of a backup.</summary>
    public string SnapshotOf(string backup) => Path.Combine(Directory, SolrBackups.Prefix + backup);
}
