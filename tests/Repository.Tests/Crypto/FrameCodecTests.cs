using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Tests.Support;

namespace AlfrescoBackupFlows.Repository.Tests.Crypto;

public sealed class FrameCodecTests : IDisposable
{
    private const int FrameLength = 256 << 10;

    private static readonly string[] Words =
    [
        .. "the quick brown fox jumps over a lazy dog while seven tired clerks file their yearly reports".Split(' '),
    ];

    private readonly FrameCodec _codec = new();

    [Fact]
    public void A_dump_of_hexadecimal_digits_is_a_tenth_shorter_than_at_the_usual_level()
    {
        byte[] rows = Rows(number => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number))[..16]));
        Assert.InRange(Encoded(rows, ChunkClass.Dump), 1, Encoded(rows, ChunkClass.Content) * 9 / 10);
    }

    [Fact]
    public void A_dump_of_words_is_at_most_a_twentieth_longer_than_at_the_usual_level()
    {
        var random = new Random(1);
        byte[] rows = Rows(_ => string.Join(' ', random.GetItems(Words, 9)));
        Assert.InRange(Encoded(rows, ChunkClass.Dump), 1, Encoded(rows, ChunkClass.Content) * 21 / 20);
    }

    [Fact]
    public void Every_class_and_length_is_read_back()
    {
        byte[] text = Content.Text(FrameLength, 1);
        byte[] noise = Content.Random(FrameLength, 2);
        foreach (ChunkClass? chunkClass in (ChunkClass?[])[null, .. Enum.GetValues<ChunkClass>()])
        {
            foreach (int length in (int[])[0, 1, 63, 64, 65, 4095, 4096, 4097, 20_000, FrameLength])
            {
                Encoded(text[..length], chunkClass);
                Encoded(noise[..length], chunkClass);
            }
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(4000)]
    [InlineData(100_000)]
    public void Text_pays_and_noise_does_not(int length)
    {
        Assert.True(_codec.Pays(Content.Text(length, 1)));
        Assert.False(_codec.Pays(Content.Random(length, 1)));
    }

    public void Dispose() => _codec.Dispose();

    private static byte[] Rows(Func<int, string> value)
    {
        StringBuilder rows = new();
        for (int i = 0; rows.Length < FrameLength; i++)
        {
            rows.Append(i).Append("\t21\t6\t\\N\t").Append(value(i)).Append("\t30\t-1\t1\n");
        }

        return Encoding.UTF8.GetBytes(rows.ToString(0, FrameLength));
    }

    /// <returns>The length of the payload.</returns>
    private int Encoded(byte[] plain, ChunkClass? chunkClass)
    {
        byte[] payload = new byte[plain.Length + FrameCodec.PrefixSize];
        int length = _codec.Encode(plain, payload, chunkClass);
        byte[] decoded = new byte[FrameCodec.PlainLength(payload.AsSpan(0, length), "blob")];
        _codec.Decode(payload.AsSpan(0, length), decoded, "blob");
        Assert.Equal(plain, decoded);
        return length;
    }
}
