using System.Security.Cryptography;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Repository.Bench;

/// <summary>Files that are made as they are read; the cost of making them is a copy.</summary>
internal sealed class Source(long total, long fileLength, bool compressible)
{
    private const int PoolLength = 8 << 20;

    private readonly byte[] _pool = compressible ? Text() : Noise();

    public RunWriter? Writer { get; private set; }

    /// <summary>Commits the page that is open, and begins another.</summary>
    public async Task CommitAsync(RunWriter? next)
    {
        if (Writer is not null)
        {
            await Writer.CommitPageAsync(new Done(0), BenchJson.Default.Done, CancellationToken.None);
            await Writer.DisposeAsync();
        }

        Writer = next;
    }

    public async Task WriteAsync(Func<long, Stream, Task> write)
    {
        for (long number = 0; number < total / fileLength; number++)
        {
            await using var file = new MadeFile(this, number);
            await write(number, file);
        }
    }

    /// <summary>The yardstick: SHA-256 of each file, and all of them written to files of 32 MiB, flushed to the
    /// disk.</summary>
    public async Task WritePlainAsync(string path)
    {
        Directory.CreateDirectory(path);
        byte[] block = new byte[1 << 20];
        FileStream? output = null;
        int files = 0;
        for (long number = 0; number < total / fileLength; number++)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long position = 0;
            while (Fill(block, number, position) is var count && count > 0)
            {
                hash.AppendData(block.AsSpan(0, count));
                if (output is null || output.Length > 32 << 20)
                {
                    output?.Flush(flushToDisk: true);
                    output?.Dispose();
                    output = new FileStream(
                        Path.Combine(path, $"{files++}"),
                        FileMode.CreateNew,
                        FileAccess.Write,
                        FileShare.None,
                        1 << 20
                    );
                }

                await output.WriteAsync(block.AsMemory(0, count));
                position += count;
            }

            hash.GetHashAndReset();
        }

        output?.Flush(flushToDisk: true);
        output?.Dispose();
        Directory.Delete(path, recursive: true);
    }

    public static long BytesBelow(string path) =>
        Directory.Exists(path)
            ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
            : 0;

    /// <summary>Bytes from a pool, stamped with the file's number and the position so that no two chunks are the
    /// same.</summary>
    private int Fill(Span<byte> memory, long number, long position)
    {
        int count = (int)Math.Min(memory.Length, Math.Min(fileLength - position, PoolLength));
        if (count == 0)
        {
            return 0;
        }

        int at = (int)((((number * 1_000_003) + position) * 4099 % PoolLength + PoolLength) % PoolLength);
        int first = Math.Min(count, PoolLength - at);
        _pool.AsSpan(at, first).CopyTo(memory);
        _pool.AsSpan(0, count - first).CopyTo(memory[first..]);
        for (int i = 0; i + 16 <= count; i += 32 << 10)
        {
            BitConverter.TryWriteBytes(memory[i..], number);
            BitConverter.TryWriteBytes(memory[(i + 8)..], position + i);
        }

        return count;
    }

    private static byte[] Noise()
    {
        byte[] bytes = new byte[PoolLength];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Rows as a database dump has them: it compresses to about a fourth.</summary>
    private static byte[] Text()
    {
        var random = new Random(1);
        var text = new System.Text.StringBuilder();
        while (text.Length < PoolLength)
        {
            text.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{random.Next()}\t{random.Next(50)}\tstore://2026/{random.Next(1, 13)}/{random.Next(1, 29)}/{random.Next(24)}/{random.Next(60)}/{new Guid(random.Next(), 4711, 17, new byte[8])}.bin\t{random.Next(1_000_000)}\n"
            );
        }

        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, PoolLength));
    }

    private sealed class MadeFile(Source source, long number) : ReadOnlyStream
    {
        private long _position;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int count = source.Fill(buffer, number, _position);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));
    }
}

internal sealed record Done(int Count);

[JsonSerializable(typeof(Done))]
internal sealed partial class BenchJson : JsonSerializerContext;
