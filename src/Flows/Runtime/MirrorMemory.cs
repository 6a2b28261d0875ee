using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// Remembers which head a mirror has left in a target: one that was cut, emptied or put back from an older copy since
/// then, or whose disk is not mounted, is not taken for a new one.
/// </summary>
/// <param name="state">The state directory.</param>
/// <param name="repository">The repository's id: a new one at its place has heads of its own.</param>
/// <param name="url">Of the target.</param>
public sealed class MirrorMemory(string state, string repository, string url)
{
    private readonly HeadFile _file = new(state, $"heads/mirror-{repository}-{KeyOf(url)}.json");

    /// <summary>The same for every way to write the place of one target.</summary>
    public static string KeyOf(string url) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(StorePlace.Of(url)!)))[..32];

    /// <summary>Null: this machine has not come to the end of a mirror there.</summary>
    public RememberedHead? Recall() => _file.Read();

    /// <param name="repairs">An older head takes the place of a newer one, which the target has no more.</param>
    /// <returns>Why it could not be written; null where it was.</returns>
    public string? TryRemember(RememberedHead head, bool repairs) => _file.TryWrite(head, overwrites: repairs);
}
