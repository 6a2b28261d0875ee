using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>The file of <c>metrics.file</c>, for the textfile collector of node_exporter: there whole or as it was
/// before.</summary>
internal static class MetricsFile
{
    /// <returns>Why it could not be written, a line; null where it was.</returns>
    public static async Task<string?> TryWriteAsync(string path, string text)
    {
        try
        {
            await using NewFile file = NewFile.Create(path);
            await file.Stream.WriteAsync(Encoding.UTF8.GetBytes(text));
            file.LetAllRead();
            file.Publish(overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or AbfException)
        {
            return $"metrics.file '{path}' cannot be written ({e.Message}), and the run goes on without it: name a file "
                + "in a directory in which this user may write";
        }
    }
}
