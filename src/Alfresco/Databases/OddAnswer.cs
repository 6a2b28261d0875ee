using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// What a driver throws where the other side does not speak the protocol, or speaks it to do harm: drivers have errors
/// of their own only for what servers do.
/// </summary>
internal static class OddAnswer
{
    /// <summary>To be asked only where nothing but the server can be the reason.</summary>
    public static bool IsIn(Exception exception) =>
        exception
            is FormatException
                or OverflowException
                or InvalidCastException
                or InvalidOperationException
                or NotSupportedException
                or ArgumentException
                or IndexOutOfRangeException
                or InvalidDataException
                or IOException;

    public static TransientException Explain(DatabaseConnection target, Exception exception) =>
        new(
            target.Names.Kind,
            $"{target.Names.Url}: {target.Host}:{target.Port} does not answer as {target.Vendor.Name} does "
                + $"({PlainText.Excerpt(exception.Message)}); start the server or correct host and port",
            exception
        );
}
