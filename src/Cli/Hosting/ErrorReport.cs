using System.Globalization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The details of an unexpected failure, in a file that only its owner can read.</summary>
internal static class ErrorReport
{
    /// <returns>Where the details are, for the error line.</returns>
    public static string Write(Exception exception, CommandContext context)
    {
        string directory =
            context.Loaded?.Options.State is { } state && GivenPath.IsDirectory(state) ? state : Path.GetTempPath();
        string time = context.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string path = Path.Combine(directory, $"abf-error-{time}-{Guid.NewGuid():n}.txt");
        try
        {
            using var writer = new StreamWriter(PrivateFile.Create(path));
            writer.WriteLine(Secret.Redact(exception.ToString()));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"none, because {path} cannot be written";
        }
    }
}
