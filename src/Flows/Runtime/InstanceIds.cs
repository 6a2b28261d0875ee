using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows;

/// <summary>
/// The ids of flow instances. That of a backup is the run's. Those of restores hold a stamp of their target, because the journal of a restore belongs
/// to its target. All of them fit into a URL and a file name.
/// </summary>
public static class InstanceIds
{
    private const string VerifyPrefix = "verify-";
    private const string RestorePrefix = "restore-";
    private const int StampLength = 16;
    private const int RandomLength = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static string ForVerify(Guid random) => VerifyPrefix + random.ToString("n", CultureInfo.InvariantCulture);

    public static string ForRestore(string target, Guid random) =>
        $"{RestorePrefix}{StampOf(target)}-{random.ToString("n", CultureInfo.InvariantCulture)}";

    /// <summary>What stands for a target directory where its path must not.</summary>
    /// <param name="target">The directory, absolute.</param>
    /// <returns>16 hexadecimal digits.</returns>
    public static string StampOf(string target) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..StampLength];

    public static bool IsBackup(string id) => RunId.TryParse(id, out _);

    public static bool IsVerify(string id) =>
        id.StartsWith(VerifyPrefix, StringComparison.Ordinal) && IsHex(id.AsSpan(VerifyPrefix.Length), RandomLength);

    /// <param name="stamp">That of the target.</param>
    public static bool IsRestore(string id, out string stamp)
    {
        stamp = string.Empty;
        if (!id.StartsWith(RestorePrefix, StringComparison.Ordinal)
            || id.Split('-') is not [_, var target, var random]
            || !IsHex(target, StampLength)
            || !IsHex(random, RandomLength))
        {
            return false;
        }

        stamp = target;
        return true;
    }

    private static bool IsHex(ReadOnlySpan<char> text, int length) =>
        text.Length == length && !text.ContainsAnyExcept(Digits);
}
