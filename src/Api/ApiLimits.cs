using System.Net;
using System.Threading.RateLimiting;

namespace AlfrescoBackupFlows.Api;

/// <summary>What happens one at a time, and how many documents are given out. Thread-safe.</summary>
internal sealed class ApiLimits : IDisposable
{
    /// <summary>Documents in a minute to one address.</summary>
    public const int DownloadsPerAddress = 60;

    /// <summary>Documents in a minute to all together.</summary>
    public const int DownloadsInAll = 240;

    /// <summary>Documents on their way at once.</summary>
    public const int DownloadsAtOnce = 4;

    private readonly PartitionedRateLimiter<IPAddress> _downloads = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<IPAddress, int>(_ =>
            RateLimitPartition.GetConcurrencyLimiter(
                0,
                _ => new ConcurrencyLimiterOptions { PermitLimit = DownloadsAtOnce, QueueLimit = 0 }
            )
        ),
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
            RateLimitPartition.GetFixedWindowLimiter(address, _ => Window(DownloadsPerAddress))
        ),
        PartitionedRateLimiter.Create<IPAddress, int>(_ =>
            RateLimitPartition.GetFixedWindowLimiter(0, _ => Window(DownloadsInAll))
        )
    );

    /// <summary>Held from the look whether something runs to the start.</summary>
    public SemaphoreSlim Starting { get; } = new(1);

    /// <summary>Held while what the sets take up is counted.</summary>
    public SemaphoreSlim Counting { get; } = new(1);

    /// <summary>Held while documents are looked for.</summary>
    public SemaphoreSlim Searching { get; } = new(1);

    /// <summary>Held while findings are read: a few at once, each takes memory.</summary>
    public SemaphoreSlim Reporting { get; } = new(2);

    /// <summary>A place for one document; to be disposed when it has gone out. Null: there are too many.</summary>
    public RateLimitLease? TryEnterDownload(IPAddress? client)
    {
        RateLimitLease lease = _downloads.AttemptAcquire(client ?? IPAddress.None);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    public void Dispose()
    {
        _downloads.Dispose();
        Starting.Dispose();
        Counting.Dispose();
        Searching.Dispose();
        Reporting.Dispose();
    }

    private static FixedWindowRateLimiterOptions Window(int downloads) =>
        new()
        {
            PermitLimit = downloads,
            Window = TimeSpan.FromMinutes(1),
            QueueLimit = 0,
        };
}
