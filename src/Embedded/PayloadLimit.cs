using System.Text;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Embedded;

/// <summary>A payload is references and counts. Whoever puts a listing into history must learn of it in the tests, not
/// after a month.</summary>
internal static class PayloadLimit
{
    public const int WarnBytes = 16 * 1024;
    public const int MaxBytes = 64 * 1024;

    /// <returns>True where it is large enough to be warned of.</returns>
    /// <exception cref="PermanentException">Unexpected: it is over the limit.</exception>
    public static bool Check(string what, string json)
    {
        var bytes = Encoding.UTF8.GetByteCount(json);
        return bytes <= MaxBytes
            ? bytes > WarnBytes
            : throw new PermanentException(
                ErrorKind.Unexpected,
                $"{what} is {bytes} bytes of JSON, more than the {MaxBytes} a history takes: pass a reference instead"
            );
    }
}
