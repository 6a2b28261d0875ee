using System.Text;
using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Documents;

/// <summary>What a pattern for one name says letter by letter.</summary>
internal static class PatternText
{
    public static readonly char[] Wildcards = ['*', '?'];

    /// <summary>
    /// Letters that are one in a pattern, whatever their case, and more than one to the filters, which know small letters:
    /// in some alphabets a letter has more than two forms.
    /// </summary>
    private static readonly Lazy<HashSet<char>> ManyForms = new(static () =>
        [
            .. Enumerable
                .Range(char.MinValue, char.MaxValue + 1)
                .Select(static number => (char)number)
                .GroupBy(char.ToUpperInvariant)
                .Where(static forms => forms.Select(char.ToLowerInvariant).Distinct().Skip(1).Any())
                .SelectMany(static forms => forms),
        ]
    );

    /// <summary>The one name that it stands for, where filters know it as patterns do; else null.</summary>
    public static string? NameOf(string pattern)
    {
        StringBuilder name = new(pattern.Length);
        foreach ((char letter, bool isWild) in Read(pattern))
        {
            if (isWild || ManyForms.Value.Contains(letter))
            {
                return null;
            }

            name.Append(letter);
        }

        return name.ToString();
    }

    /// <summary>
    /// The longest part of it that stands so, but for the case of its letters, in the bytes of each name; null: none.
    /// </summary>
    public static NamePart? PartOf(string pattern)
    {
        string longest = string.Empty;
        StringBuilder part = new(pattern.Length);
        foreach ((char letter, bool isWild) in Read(pattern).Append(('*', true)))
        {
            if (!isWild && HasOneForm(letter))
            {
                part.Append(letter);
                continue;
            }

            longest = part.Length > longest.Length ? part.ToString() : longest;
            part.Clear();
        }

        return NamePart.TryCreate(longest);
    }

    /// <summary>The same bytes in each name, whatever its case, or an ASCII letter.</summary>
    private static bool HasOneForm(char letter) =>
        !char.IsSurrogate(letter)
        && !ManyForms.Value.Contains(letter)
        && (char.IsAscii(letter) || char.ToUpperInvariant(letter) == char.ToLowerInvariant(letter));

    /// <summary>Its letters, and which of them stand for others.</summary>
    private static IEnumerable<(char Letter, bool IsWild)> Read(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            bool isTaken = pattern[i] == '\\' && i + 1 < pattern.Length;
            yield return isTaken ? (pattern[++i], false) : (pattern[i], Wildcards.Contains(pattern[i]));
        }
    }
}
