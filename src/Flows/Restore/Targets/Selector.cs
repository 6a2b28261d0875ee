using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>Says which entries of a set a restore takes. Thread-safe.</summary>
public sealed class Selector
{
    /// <summary>Patterns of one restore; they stand in its journal, again and again.</summary>
    public const int MaxPatterns = 100;

    /// <summary>Characters of all patterns and names of roots.</summary>
    public const int MaxCharacters = 4096;

    private readonly ImmutableArray<string> _roots;

    /// <param name="selection">Null: everything.</param>
    /// <exception cref="PermanentException">Configuration: one is no pattern, or there are too many.</exception>
    public Selector(RestoreSelection? selection)
    {
        RestoreSelection parts = selection ?? new RestoreSelection();
        _roots = parts.Roots;
        if (
            parts.Roots.Length + parts.Include.Length + parts.Exclude.Length > MaxPatterns
            || parts.Line.Length > MaxCharacters
        )
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--roots, --include and --exclude: at most {MaxPatterns} of them with {MaxCharacters} characters in all; "
                    + "name a directory above, or restore in several runs."
            );
        }

        Include = [.. parts.Include.Select(static text => PathPattern.Parse("--include", text))];
        Exclude = [.. parts.Exclude.Select(static text => PathPattern.Parse("--exclude", text))];
    }

    public ImmutableArray<PathPattern> Include { get; }

    public ImmutableArray<PathPattern> Exclude { get; }

    public bool TakesRoot(string root) => _roots.IsEmpty || _roots.Contains(root, StringComparer.Ordinal);

    /// <summary>A directory that is not taken is made all the same where a file in it is.</summary>
    public bool Takes(string root, ListingEntry entry) => Takes(root, entry.Path);

    public bool Takes(string root, byte[] path)
    {
        if (!TakesRoot(root))
        {
            return false;
        }

        if (Include.IsEmpty && Exclude.IsEmpty)
        {
            return true;
        }

        string text = TextOf(root, path);
        return (Include.IsEmpty || Include.Any(pattern => pattern.Matches(text)))
            && !Exclude.Any(pattern => pattern.Matches(text));
    }

    /// <summary>What patterns are held against: bytes that are no UTF-8 are a character that nobody types.</summary>
    internal static string TextOf(string root, byte[] path) =>
        path.Length == 0 ? root : $"{root}/{Encoding.UTF8.GetString(path)}";
}
