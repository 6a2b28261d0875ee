using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// The ids of flow instances. That of a backup is the run's. Those of restores and verifications hold a stamp of the
/// target, or of what is verified, because their journals belong to these; those of drills one of the set, those of prunes
/// and mirrors one of what was asked for. All of them fit into a URL and a file name.
/// </summary>
public static class InstanceIds
{
    public const string VerifyPrefix = "verify-";
    public const string RestorePrefix = "restore-";
    public const string DrillPrefix = "drill-";
    public const string PrunePrefix = "prune-";
    public const string MirrorPrefix = "mirror-";
    private const int StampLength = 16;
    private const int RandomLength = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static string ForVerify(VerifyInput input, Guid random) => Compose(VerifyPrefix, StampOf(input), random);

    public static string ForRestore(string target, Guid random) => Compose(RestorePrefix, StampOf(target), random);

    public static string ForDrill(RunId set, Guid random) => Compose(DrillPrefix, StampOf(set.ToString()), random);

    /// <param name="input">What is asked for, as JSON.</param>
    public static string ForPrune(string input, Guid random) => Compose(PrunePrefix, StampOf(input), random);

    /// <inheritdoc cref="ForPrune"/>
    public static string ForMirror(string input, Guid random) => Compose(MirrorPrefix, StampOf(input), random);

    /// <summary>What stands for a verification of the same sets in the same depth.</summary>
    public static string StampOf(VerifyInput input) =>
        StampOf(
            input.Sample is { } sample
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{NameOf(input)} {input.Depth} {sample.Share} {sample.Budget} {sample.Turn}"
                )
                : $"{NameOf(input)} {input.Depth}"
        );

    private static string NameOf(VerifyInput input) => input.Set?.ToString() ?? "all";

    /// <summary>What stands for a target directory where its path must not.</summary>
    /// <param name="target">The directory, absolute.</param>
    /// <returns>16 hexadecimal digits.</returns>
    public static string StampOf(string target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..StampLength];

    public static bool IsBackup(string id) => RunId.TryParse(id, out _);

    /// <param name="stamp">That of the verification.</param>
    public static bool IsVerify(string id, out string stamp) => TryTake(id, VerifyPrefix, out stamp);

    /// <param name="stamp">That of the target.</param>
    public static bool IsRestore(string id, out string stamp) => TryTake(id, RestorePrefix, out stamp);

    public static bool IsDrill(string id) => TryTake(id, DrillPrefix, out _);

    public static bool IsPrune(string id) => TryTake(id, PrunePrefix, out _);

    /// <param name="stamp">That of the target.</param>
    public static bool IsMirror(string id, out string stamp) => TryTake(id, MirrorPrefix, out stamp);

    private static string Compose(string prefix, string stamp, Guid random) =>
        $"{prefix}{stamp}-{random.ToString("n", CultureInfo.InvariantCulture)}";

    private static bool TryTake(string id, string prefix, out string stamp)
    {
        bool fits =
            id.StartsWith(prefix, StringComparison.Ordinal)
            && id.Length == prefix.Length + StampLength + 1 + RandomLength
            && id[prefix.Length + StampLength] == '-'
            && IsHex(id.AsSpan(prefix.Length, StampLength))
            && IsHex(id.AsSpan(prefix.Length + StampLength + 1));
        stamp = fits ? id.Substring(prefix.Length, StampLength) : string.Empty;
        return fits;
    }

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);
}
