using System.Globalization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Names of entries: 10^12 - 1 - sequence in 12 digits, so that a listing begins with the newest.</summary>
internal static class LogNames
{
    public const string Prefix = "log/";
    private const long Last = 999_999_999_999;
    private const int Digits = 12;

    public static string BlobName(long sequence) =>
        sequence is >= 0 and <= Last
            ? Prefix + (Last - sequence).ToString("D12", CultureInfo.InvariantCulture)
            : throw new ArgumentOutOfRangeException(nameof(sequence));

    public static bool TryParse(string blobName, out long sequence)
    {
        sequence = -1;
        if (
            !blobName.StartsWith(Prefix, StringComparison.Ordinal)
            || blobName.Length != Prefix.Length + Digits
            || !blobName.AsSpan(Prefix.Length).ContainsOnlyDigits()
        )
        {
            return false;
        }

        sequence = Last - long.Parse(blobName.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
