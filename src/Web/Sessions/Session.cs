namespace AlfrescoBackupFlows.Web.Sessions;

/// <summary>Somebody who has given the key.</summary>
/// <param name="Id">Drawn at the sign-in: 32 hexadecimal digits.</param>
/// <param name="SignedIn">When.</param>
/// <param name="Seen">When a page was asked for last.</param>
internal sealed record Session(string Id, DateTimeOffset SignedIn, DateTimeOffset Seen)
{
    /// <summary>A session ends after so long, whatever happens in it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    /// <summary>And after so long in which no page was asked for.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>Clocks of the workers of one host may differ by so much.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(2);

    public bool IsOpen(DateTimeOffset now) =>
        Seen >= SignedIn && Seen <= now + Apart && now - Seen < Idle && now - SignedIn < Longest;
}
