using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// The content URLs whose absence an administrator has accepted: one a line, empty lines and lines with <c>#</c> left
/// out.
/// </summary>
internal sealed class AcknowledgedFiles
{
    public static readonly AcknowledgedFiles None = new();

    /// <summary>About a million URLs.</summary>
    private const int MaxBytes = 64 << 20;

    private readonly HashSet<string> _urls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);

    /// <exception cref="PermanentException">Kind Configuration: the file cannot be read.</exception>
    public static AcknowledgedFiles Read(BackupOptions options, Installation installation)
    {
        if (options.Backup.AcknowledgedMissingFile is not { } path)
        {
            return None;
        }

        var files = new AcknowledgedFiles();
        try
        {
            using var lines = new StreamReader(new MemoryStream(GivenPath.ReadAll(path, MaxBytes)));
            while (lines.ReadLine() is { } line)
            {
                string url = line.Trim();
                if (url.Length > 0 && url[0] != '#')
                {
                    files._urls.Add(url);
                    if (installation.Urls.Locate(url) is { Kind: ContentPlaceKind.File } place)
                    {
                        files._places.Add(Key(place.Root, place.Path));
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"backup.acknowledgedMissingFile '{path}' cannot be read ({e.Message}): name a file with "
                    + "one content URL a line",
                e
            );
        }

        return files;
    }

    /// <param name="url">Blanks at its ends do not count: a line of the file has none.</param>
    public bool ContainsUrl(string url) => _urls.Count > 0 && _urls.Contains(url.Trim());

    public bool Contains(string root, ReadOnlySpan<byte> path) =>
        _places.Count > 0 && _places.Contains(Key(root, path));

    // Latin-1 keeps every byte apart.
    private static string Key(string root, ReadOnlySpan<byte> path) => $"{root}\0{Encoding.Latin1.GetString(path)}";
}
