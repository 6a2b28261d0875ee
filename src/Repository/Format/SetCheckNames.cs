using System.Globalization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Names of the tables: 10^12 - 1 - number in 12 digits, so that a listing begins with the newest.</summary>
internal static class SetCheckNames
{
    public const string Prefix = "checks/";
    public const long Last = 999_999_999_999;
    private const int Digits = 12;

    public static string BlobName(long number) =>
        number is >= 0 and <= Last
            ? Prefix + (Last - number).ToString("D12", CultureInfo.InvariantCulture)
            : throw new ArgumentOutOfRangeException(nameof(number));

    public static bool TryParse(string blobName, out long number)
    {
        number = -1;
        if (
            !blobName.StartsWith(Prefix, StringComparison.Ordinal)
            || blobName.Length != Prefix.Length + Digits
            || blobName.AsSpan(Prefix.Length).ContainsAnyExceptInRange('0', '9')
        )
        {
            return false;
        }

        number = Last - long.Parse(blobName.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }
}
