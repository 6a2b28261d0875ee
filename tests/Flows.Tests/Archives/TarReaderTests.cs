using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Listings;
using Xunit;
using ZstdNet;

namespace AlfrescoBackupFlows.Flows.Tests.Archives;

public sealed class TarReaderTests
{
    private static readonly FileOwner Nobody = new(65534, 65534, "nobody", "nogroup");

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_a_listing_can_hold_comes_back_as_it_was()
    {
        TarEntry[] entries =
        [
            new("plain"u8.ToArray(), false, 5, 0x1A4, Nobody, 1_700_000_000_000_000_000),
            new([0x63, 0xE9, (byte)'\n', (byte)'\\', (byte)'"'], false, 5, 0xFFF, Nobody, 1),
            new(Encoding.UTF8.GetBytes("ä/" + new string('x', 300)), false, 5, 0, Nobody, -1_500_000_000),
            new(Encoding.UTF8.GetBytes(new string('d', 99)), true, 0, 0x1ED, Nobody, long.MinValue / 1000),
            new(
                "big ids"u8.ToArray(),
                false,
                5,
                0,
                new FileOwner(uint.MaxValue, 0x20_0000, new string('u', 40), "gröup"),
                0
            ),
            new("flags"u8.ToArray(), false, 5, 0, Nobody, 0) { Flags = "unstable,source-missing" },
        ];
        using var archive = new MemoryStream();
        var writer = new TarWriter(archive);
        foreach (TarEntry entry in entries)
        {
            await writer.BeginAsync(entry, _token);
            await writer.WriteAsync("12345"u8.ToArray().AsMemory(0, (int)entry.Size), _token);
            await writer.EndAsync(_token);
        }

        await writer.CompleteAsync(_token);
        Assert.Equal(archive.Length, writer.Length);

        archive.Position = 0;
        var reader = new TarReader(archive);
        foreach (TarEntry entry in entries)
        {
            TarEntry read = (await reader.ReadAsync(_token))!;
            Assert.Equal(Describe(entry), Describe(read));
            using var content = new MemoryStream();
            await reader.OpenContent().CopyToAsync(content, _token);
            Assert.Equal(entry.Size, content.Length);
        }

        Assert.Null(await reader.ReadAsync(_token));
    }

    /// <summary>By its header alone: 10 GiB are written nowhere.</summary>
    [Fact]
    public async Task A_size_beyond_eleven_octal_digits_is_read_as_it_was_written()
    {
        const long Size = 10L << 30;
        using var archive = new MemoryStream();
        var writer = new TarWriter(archive);
        await writer.BeginAsync(new TarEntry("big"u8.ToArray(), false, Size, 0, Nobody, 0), _token);
        await writer.FlushAsync(_token);

        archive.Position = 0;
        Assert.Equal(Size, (await new TarReader(archive).ReadAsync(_token))!.Size);
    }

    [Theory]
    [InlineData('1', "a hard link")]
    [InlineData('2', "a symbolic link")]
    [InlineData('3', "a device")]
    [InlineData('6', "a pipe")]
    [InlineData('g', "a header for several")]
    [InlineData('L', "an entry of type 76")]
    public async Task What_is_neither_file_nor_directory_is_refused(char type, string says)
    {
        byte[] header = await HeaderAsync("x");
        header[TarFormat.TypeField] = (byte)type;
        await RefuseAsync(Sign(header), says);
    }

    [Fact]
    public async Task Headers_that_lie_are_refused_before_anything_is_taken_for_true()
    {
        byte[] header = await HeaderAsync("x");
        await RefuseAsync([], "cut off");
        await RefuseAsync(header[..200], "cut off");
        await RefuseAsync([.. header, .. new byte[512]], "cut off");
        await RefuseAsync([.. header, .. new byte[1024], 1], "behind its end");
        await RefuseAsync(new byte[(1 << 20) + 1024], "behind its end");

        byte[] unsigned = [.. header];
        unsigned[0] = (byte)'y';
        await RefuseAsync(unsigned, "damaged");
        byte[] gnu = [.. header];
        "ustar  \0"u8.CopyTo(gnu.AsSpan()[TarFormat.MagicField]);
        await RefuseAsync(Sign(gnu), "damaged");
        byte[] negative = [.. header];
        negative[TarFormat.SizeField.Start.Value] = 0x80;
        await RefuseAsync(Sign(negative), "octal");

        byte[] pax = [.. header];
        pax[TarFormat.TypeField] = TarFormat.Pax;
        "77777777777"u8.CopyTo(pax.AsSpan()[TarFormat.SizeField]);
        await RefuseAsync(Sign(pax), "has a header of 8589934591 bytes");
        foreach (
            string records in (string[])
                ["5 size=", "12 size=-1\n", "9999999 path=x\n", "x path=y\n", "11 mtime=.\n", "12 uid=99999999999\n"]
        )
        {
            await RefuseAsync(await WithPaxAsync(records), "header of an entry is damaged");
        }

        foreach (string name in (string[])["../x", "a//b", "a/./b", "a/..", "/x", ""])
        {
            string record = $"path={name}\n";
            await RefuseAsync(
                await WithPaxAsync($"{record.Length + (record.Length < 8 ? 2 : 3)} {record}"),
                "leads out"
            );
        }
    }

    /// <summary>The last bytes are the checksum of the frame, which an input may lack and have all its content.</summary>
    [Fact]
    public async Task A_packed_file_that_lacks_its_last_byte_is_cut_off_and_one_with_a_byte_more_is_damaged()
    {
        byte[] plain = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)(i * i >> 7))];
        using var packed = new MemoryStream();
        await using (var output = new PackedOutput(packed, workers: 0))
        {
            await output.WriteAsync(plain.AsMemory(0, 60_000), _token);
            await output.EndFrameAsync();
            await output.WriteAsync(plain.AsMemory(60_000), _token);
            await output.CompleteAsync();
        }

        byte[] whole = packed.ToArray();
        Assert.Equal(plain, await ReadAsync(whole));
        foreach (int cut in Enumerable.Range(1, 9))
        {
            await RefuseAsync(whole[..^cut]);
        }

        await RefuseAsync([.. whole, 7]);
        whole[^1] ^= 1;
        await RefuseAsync(whole);

        async Task RefuseAsync(byte[] bytes) =>
            Assert.Contains(
                "cut off",
                (await Assert.ThrowsAsync<PermanentException>(() => ReadAsync(bytes))).Message,
                StringComparison.Ordinal
            );

        async Task<byte[]> ReadAsync(byte[] bytes)
        {
            await using var input = new UnpackedInput(new MemoryStream(bytes), anySize: false);
            using var read = new MemoryStream();
            await input.CopyToAsync(read, _token);
            return read.ToArray();
        }
    }

    /// <summary>Other programs write frames without one, of which the last bytes of content may be cut off.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_packed_file_that_another_program_wrote_is_cut_off_wherever_it_ends_too_early(int checksum)
    {
        byte[] random = new byte[1000];
        new Random(1).NextBytes(random);
        byte[] large = new byte[300_000];
        new Random(2).NextBytes(large);
        byte[][] plains =
        [
            random,
            [.. random[..300], .. new byte[2000]],
            [.. Enumerable.Range(0, 5000).Select(static i => (byte)(i * i >> 7))],
            new byte[300_000],
            large,
        ];
        foreach (byte[] plain in plains)
        {
            byte[] whole = Compress(plain);
            Assert.Equal(plain, await ReadAsync(whole));
            Assert.Equal((byte[])[.. plain, .. plain], await ReadAsync([.. whole, .. whole]));
            List<int> taken = [];
            for (int length = 1; length < whole.Length; length += whole.Length > 10_000 ? 9973 : 1)
            {
                if (await IsTakenAsync(whole[..length]) || await IsTakenAsync([.. whole, .. whole[..length]]))
                {
                    taken.Add(length);
                }
            }

            Assert.Empty(taken);
        }

        async Task<bool> IsTakenAsync(byte[] bytes)
        {
            try
            {
                await ReadAsync(bytes);
                return true;
            }
            catch (PermanentException e) when (e.Message.Contains("cut off", StringComparison.Ordinal))
            {
                return false;
            }
        }

        byte[] Compress(byte[] plain)
        {
            using CompressionOptions options = new(
                null,
                ImmutableDictionary<ZSTD_cParameter, int>.Empty.Add(ZSTD_cParameter.ZSTD_c_checksumFlag, checksum)
            );
            using var packed = new MemoryStream();
            using (var output = new CompressionStream(packed, options))
            {
                output.Write(plain);
            }

            return packed.ToArray();
        }

        async Task<byte[]> ReadAsync(byte[] bytes)
        {
            await using var input = new UnpackedInput(new MemoryStream(bytes), anySize: false);
            using var read = new MemoryStream();
            await input.CopyToAsync(read, _token);
            return read.ToArray();
        }
    }

    /// <summary>64 MiB of zeros take some KiB, and unfold to far more than a thousand times that.</summary>
    [Fact]
    public async Task A_bomb_is_refused_after_a_gibibyte_and_taken_where_that_was_asked_for()
    {
        using var packed = new MemoryStream();
        byte[] zeros = new byte[16 << 20];
        await using (var output = new PackedOutput(packed, workers: 2))
        {
            for (int i = 0; i < 70; i++)
            {
                await output.WriteAsync(zeros, _token);
            }

            await output.CompleteAsync();
        }

        Assert.Equal(70L * zeros.Length, await CountAsync(anySize: true));
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(() => CountAsync(anySize: false));
        Assert.Contains("--any-size", fault.Message, StringComparison.Ordinal);

        async Task<long> CountAsync(bool anySize)
        {
            await using var input = new UnpackedInput(new MemoryStream(packed.ToArray()), anySize);
            long length = 0;
            while (await input.ReadAsync(zeros, _token) is var count and > 0)
            {
                length += count;
            }

            return length;
        }
    }

    private async Task<byte[]> WithPaxAsync(string records)
    {
        byte[] header = await HeaderAsync("PaxHeaders/x");
        header[TarFormat.TypeField] = TarFormat.Pax;
        byte[] bytes = Encoding.UTF8.GetBytes(records);
        Encoding
            .ASCII.GetBytes(Convert.ToString(bytes.Length, 8).PadLeft(11, '0'))
            .CopyTo(header.AsSpan()[TarFormat.SizeField]);
        return [.. Sign(header), .. bytes, .. new byte[TarFormat.PaddingOf(bytes.Length)], .. await HeaderAsync("x")];
    }

    private async Task<byte[]> HeaderAsync(string name)
    {
        using var archive = new MemoryStream();
        var writer = new TarWriter(archive);
        await writer.BeginAsync(new TarEntry(Encoding.UTF8.GetBytes(name), false, 0, 0x1A4, Nobody, 0), _token);
        await writer.FlushAsync(_token);
        return archive.ToArray();
    }

    private static byte[] Sign(byte[] header)
    {
        string sum = Convert.ToString(TarFormat.ChecksumOf(header.AsSpan(0, TarFormat.BlockSize)), 8).PadLeft(6, '0');
        Encoding.ASCII.GetBytes(sum + "\0 ").CopyTo(header.AsSpan()[TarFormat.ChecksumField]);
        return header;
    }

    private async Task RefuseAsync(byte[] archive, string says)
    {
        var reader = new TarReader(new MemoryStream(archive));
        PermanentException fault = await Assert.ThrowsAsync<PermanentException>(async () =>
        {
            while (await reader.ReadAsync(_token) is not null)
            {
                // To the end.
            }
        });
        Assert.Equal(ErrorKind.Source, fault.Kind);
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
    }

    private static string Describe(TarEntry entry) =>
        $"{Convert.ToHexString(entry.Name)} {entry.IsDirectory} {entry.Size} {entry.Mode} {entry.Owner} {entry.MtimeNs} {entry.Flags}";
}
