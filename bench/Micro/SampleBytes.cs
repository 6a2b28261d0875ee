using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Micro;

/// <summary>The same bytes at every run.</summary>
internal static class SampleBytes
{
    public static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Rows as a database dump has them: it compresses to about a fourth.</summary>
    public static byte[] Text(int length)
    {
        var random = new Random(1);
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{random.Next()}\t{random.Next(50)}\tstore://2026/{random.Next(1, 13)}/{random.Next(1, 29)}/"
                    + $"{random.Next(24)}/{random.Next(60)}/{new Guid(random.Next(), 4711, 17, new byte[8])}.bin\t"
                    + $"{random.Next(1_000_000)}\n"
            );
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }
}
