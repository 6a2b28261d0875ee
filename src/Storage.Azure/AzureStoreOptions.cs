using AlfrescoBackupFlows.Platform;
using Azure.Core.Pipeline;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>How to reach a container.</summary>
public sealed record AzureStoreOptions
{
    /// <summary><c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX</c>, with or without a SAS; treated as a secret where it has one.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// Where given, it says account, key and endpoint, and the URL says container and prefix. Without it the URL's SAS
    /// counts, and without that the identity that <c>DefaultAzureCredential</c> finds.
    /// </summary>
    public Secret? ConnectionString { get; init; }

    /// <summary>Blobs a page of a listing; null leaves it to the service (5,000). Small in tests.</summary>
    internal int? ListingPage { get; init; }

    /// <summary>Tries after the first.</summary>
    internal int MaxRetries { get; init; } = 5;

    /// <summary>Before the second try; each further one takes twice as long, up to 30 s.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>Carries the requests; null: the SDK's own. Goes wrong in tests.</summary>
    internal HttpPipelineTransport? Transport { get; init; }
}
