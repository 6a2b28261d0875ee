namespace AlfrescoBackupFlows.Testing.Sample;

/// <summary>
/// Makes the content of documents: sizes as offices have them (median about 30 KB, a long tail up to 4 MB), a third of
/// it text that compresses, the rest like the compressed formats of office files and pictures. The same seed gives the
/// same documents.
/// </summary>
public sealed class SampleContent(int seed)
{
    private static readonly string[] Words =
    [
        "contract",
        "invoice",
        "the",
        "of",
        "annual",
        "report",
        "meeting",
        "minutes",
        "draft",
        "approved",
        "and",
        "delivery",
        "schedule",
        "customer",
        "order",
        "signed",
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next document's bytes.</summary>
    public byte[] Next()
    {
        double normal =
            Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        int size = (int)Math.Clamp(Math.Exp(10.3 + (1.3 * normal)), 1, 4 * 1024 * 1024);
        byte[] content = new byte[size];
        if (_random.Next(3) == 0)
        {
            FillWithText(content);
        }
        else
        {
            _random.NextBytes(content);
        }

        return content;
    }

    private void FillWithText(Span<byte> content)
    {
        int at = 0;
        while (at < content.Length)
        {
            string word = Words[_random.Next(Words.Length)];
            for (int i = 0; i <= word.Length && at < content.Length; i++)
            {
                content[at++] = i == word.Length ? (byte)' ' : (byte)word[i];
            }
        }
    }
}
