using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Warnings that go through a journal: as many as fit, because a payload stays under 16 KB.</summary>
internal static class WarningLines
{
    public const int MaxCount = 20;

    /// <summary>Bytes as JSON.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>The first lines that fit.</summary>
    public static ImmutableArray<string> First(IEnumerable<string> lines)
    {
        int bytes = 0;
        return
        [
            .. lines
                .Take(MaxCount)
                .TakeWhile(line =>
                    (
                        bytes +=
                            JsonEncodedText
                                .Encode(line, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
                                .EncodedUtf8Bytes.Length + 3
                    ) <= MaxBytes
                ),
        ];
    }

    /// <summary>The first lines that fit, and in place of the others how many they are.</summary>
    public static ImmutableArray<string> Fit(IEnumerable<string> lines)
    {
        ImmutableArray<string>.Builder fit = ImmutableArray.CreateBuilder<string>();
        int bytes = 0;
        int left = 0;
        foreach (string line in lines)
        {
            var json = JsonEncodedText.Encode(line, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            bytes += json.EncodedUtf8Bytes.Length + 3;
            if (left > 0 || fit.Count == MaxCount || bytes > MaxBytes)
            {
                left++;
            }
            else
            {
                fit.Add(line);
            }
        }

        if (left > 0)
        {
            fit.Add($"{left} further warnings.");
        }

        return fit.ToImmutable();
    }
}
