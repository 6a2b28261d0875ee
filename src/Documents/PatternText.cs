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

    /// <summary>
    /// Whether a name is such a one, all of it, in any case. Of <c>FileSystemName</c>, which has such patterns too, an
    /// escaped <c>?</c> takes any letter.
    /// </summary>
    public static bool IsLike(ReadOnlySpan<(char Letter, bool IsWild)> pattern, string name)
    {
        (int at, int letter) = (0, 0);
        (int text, int resume) = (-1, 0);
        while (letter < name.Length)
        {
            if (at < pattern.Length && pattern[at] is ('*', true))
            {
                // For now it stands for nothing; where what comes after does not fit, for one letter more.
                (text, resume) = (at++, letter);
            }
            else if (at < pattern.Length && (pattern[at].IsWild || IsSame(pattern[at].Letter, name[letter])))
            {
                (at, letter) = (at + 1, letter + 1);
            }
            else if (text >= 0)
            {
                (at, letter) = (text + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept(('*', true)) < 0;
    }

    private static bool IsSame(char left, char right) =>
        left == right || char.ToUpperInvariant(left) == char.ToUpperInvariant(right);

    /// <summary>Its letters, and which of them stand for others.</summary>
    public static IEnumerable<(char Letter, bool IsWild)> Read(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            bool isTaken = pattern[i] == '\\' && i + 1 < pattern.Length;
            yield return isTaken ? (pattern[++i], false) : (pattern[i], Wildcards.Contains(pattern[i]));
        }
    }
}
