using System.Security.Authentication;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>A server that was reached, and whose certificate or kind of TLS is refused: the same the next time.</summary>
internal static class TlsFault
{
    public static bool IsIn(Exception exception) =>
        exception is AuthenticationException || (exception.InnerException is { } inner && IsIn(inner));
}
