using System.Runtime.InteropServices;
using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Streams;

/// <summary>
/// Writes to a descriptor of Linux. Unlike the console's stream it tells that the reader of a pipe is gone, and it can
/// give up waiting for one that does not read.
/// </summary>
/// <param name="isClosed">There is nothing to write to.</param>
/// <param name="limit">How long a write waits for room; null: as long as it takes.</param>
internal sealed unsafe class DescriptorStream(int descriptor, bool isClosed, TimeSpan? limit) : WriteOnlyStream
{
    /// <summary>A pipe that has room takes as much without waiting (PIPE_BUF).</summary>
    private const int Part = 4096;

    private bool _isStuck;

    /// <exception cref="TimeoutException">Nobody makes room.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (isClosed)
        {
            throw Failure(Errno.EBADF);
        }

        while (!buffer.IsEmpty)
        {
            if (limit is not null)
            {
                WaitForRoom();
            }

            fixed (byte* p = buffer)
            {
                nint written = Libc.Write(descriptor, p, Math.Min(buffer.Length, Part));
                if (written >= 0)
                {
                    buffer = buffer[(int)written..];
                }
                else if (Marshal.GetLastPInvokeError() is var error && error == Errno.EAGAIN)
                {
                    WaitForRoom();
                }
                else if (error != Errno.EINTR)
                {
                    throw Failure(error);
                }
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    private void WaitForRoom()
    {
        int wait =
            limit is not { } longest ? -1
            : _isStuck ? 0
            : (int)longest.TotalMilliseconds;
        var entry = new PollEntry { Descriptor = descriptor, Wanted = PollEntry.Writable };
        int ready;
        do
        {
            ready = FileCalls.Checked(Libc.Poll(&entry, 1, wait));
        } while (ready == -Errno.EINTR);

        _isStuck = ready == 0;
        if (_isStuck)
        {
            throw new TimeoutException("nobody reads it");
        }
    }

    private static IOException Failure(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);
}
