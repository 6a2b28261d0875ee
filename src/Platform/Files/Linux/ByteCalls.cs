using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>
/// System calls for the bytes of an open file: repeated until all is done, or a file has ended. They return a negative
/// error number where they fail.
/// </summary>
internal static unsafe class ByteCalls
{
    public static int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var total = 0;
        fixed (byte* p = buffer)
        {
            while (total < buffer.Length)
            {
                var count = Libc.PRead(file, p + total, buffer.Length - total, offset + total);
                if (count > 0)
                {
                    total += (int)count;
                }
                else if (count == 0)
                {
                    break;
                }
                else if (Marshal.GetLastPInvokeError() is var error && error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }

        return total;
    }

    public static int Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        var total = 0;
        fixed (byte* p = bytes)
        {
            while (total < bytes.Length)
            {
                var count = Libc.PWrite(file, p + total, bytes.Length - total, offset + total);
                if (count >= 0)
                {
                    total += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() is var error && error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }

        return 0;
    }
}
