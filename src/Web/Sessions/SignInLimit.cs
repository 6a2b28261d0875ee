using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace AlfrescoBackupFlows.Web.Sessions;

/// <summary>How often a sign-in may be tried: by one address, and by all together. Thread-safe.</summary>
internal sealed class SignInLimit : IDisposable
{
    public const int PerAddress = 10;
    public const int InAll = 60;

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
            RateLimitPartition.GetFixedWindowLimiter(NetworkOf(address), _ => Window(PerAddress))
        ),
        PartitionedRateLimiter.Create<IPAddress, int>(_ =>
            RateLimitPartition.GetFixedWindowLimiter(0, _ => Window(InAll))
        )
    );

    private readonly FixedWindowRateLimiter _told = new(Window(1));

    /// <summary>Counts a try.</summary>
    /// <returns>False: there were too many in the last minute.</returns>
    public bool TryEnter(IPAddress? address)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(address ?? IPAddress.None);
        return lease.IsAcquired;
    }

    /// <summary>
    /// Whether a try beyond the limit is to be logged: one in a minute, whoever tries. A flood neither fills the log nor
    /// pushes other lines out.
    /// </summary>
    public bool MayTell()
    {
        using RateLimitLease lease = _told.AttemptAcquire();
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _told.Dispose();
    }

    private static FixedWindowRateLimiterOptions Window(int tries) =>
        new()
        {
            PermitLimit = tries,
            Window = TimeSpan.FromMinutes(1),
            QueueLimit = 0,
        };

    /// <summary>Whoever has an address of IPv6 has all of its /64.</summary>
    private static IPAddress NetworkOf(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain;
        }

        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
