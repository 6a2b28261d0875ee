using System.Buffers;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Names of what an unfinished run has stored.</summary>
internal static class RunNames
{
    public const string Root = "runs/";

    /// <summary>The part of a receipt's name after the run's prefix.</summary>
    public const string Packs = "packs/";

    private static readonly SearchValues<char> PageCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789.-"
    );

    public static string Prefix(RunId run) => $"{Root}{run}/";

    public static string Receipt(RunId run, PackId pack) => $"{Prefix(run)}{Packs}{pack}";

    public static string Page(RunId run, string page) =>
        IsPage(page)
            ? Prefix(run) + page
            : throw new ArgumentException($"'{page}' cannot be the name of a page.", nameof(page));

    /// <summary>Whether it is the name of a page or a receipt.</summary>
    public static bool TryParse(string blobName)
    {
        int end = blobName.StartsWith(Root, StringComparison.Ordinal) ? blobName.IndexOf('/', Root.Length) : -1;
        if (end < 0 || !RunId.TryParse(blobName[Root.Length..end], out _))
        {
            return false;
        }

        string rest = blobName[(end + 1)..];
        return rest.StartsWith(Packs, StringComparison.Ordinal)
            ? PackId.TryParse(rest.AsSpan(Packs.Length), out _)
            : IsPage(rest);
    }

    public static bool IsPage(string name) =>
        name.Length is >= 1 and <= 100
        && char.IsAsciiLetterOrDigit(name[0])
        && name.AsSpan().IndexOfAnyExcept(PageCharacters) < 0
        && name != "packs";
}
