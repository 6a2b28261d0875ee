using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform;

/// <summary>A secret that was read from a file, and what a person should know about that file.</summary>
/// <param name="Value">The text: UTF-8, one final line end dropped, everything else kept.</param>
/// <param name="Warning">One line where the file is readable by others; otherwise null.</param>
public sealed record SecretFile(Secret Value, string? Warning)
{
    private const int MaxBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Reads a secret.</summary>
    /// <param name="path">The file.</param>
    /// <param name="setting">The setting that names it, for messages.</param>
    /// <exception cref="PermanentException">Of kind Configuration: absent, unreadable, empty, too long or not
    /// UTF-8.</exception>
    public static SecretFile Read(string path, string setting)
    {
        (byte[] bytes, bool isReadableByOthers) = ReadBytes(path, setting);
        return new SecretFile(
            Decode(bytes, $"{setting} '{path}'"),
            isReadableByOthers ? $"{setting} '{path}' is readable by others: chmod o-rwx '{path}'" : null
        );
    }

    /// <summary>Reads a secret from a stream to its end.</summary>
    /// <param name="source">What it is, for messages.</param>
    /// <exception cref="PermanentException">Of kind Configuration: empty, too long or not UTF-8.</exception>
    public static async Task<Secret> ReadAsync(Stream stream, string source, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes + 1];
        int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken);
        byte[] bytes = buffer[..length];
        Array.Clear(buffer);
        return length <= MaxBytes
            ? Decode(bytes, source)
            : throw Fault($"{source} has more than {MaxBytes} bytes: give it the secret alone");
    }

    /// <summary>Clears the bytes.</summary>
    private static Secret Decode(byte[] bytes, string source)
    {
        int length = bytes switch
        {
            [.., (byte)'\r', (byte)'\n'] => bytes.Length - 2,
            [.., (byte)'\n'] => bytes.Length - 1,
            _ => bytes.Length,
        };
        if (length == 0)
        {
            throw Fault($"{source} is empty: write the secret into it");
        }

        try
        {
            return new Secret(Strict.GetString(bytes, 0, length));
        }
        catch (DecoderFallbackException)
        {
            // Not passed on: its message quotes bytes of the secret.
            throw Fault($"{source} is not UTF-8: save it as UTF-8");
        }
        finally
        {
            Array.Clear(bytes);
        }
    }

    private static (byte[] Bytes, bool IsReadableByOthers) ReadBytes(string path, string setting)
    {
        try
        {
            using SafeFileHandle file = GivenPath.OpenRead(path);
            var buffer = new byte[MaxBytes + 1];
            int length = 0;
            GivenPath.Fill(file, buffer, ref length);
            byte[] bytes = buffer[..length];
            Array.Clear(buffer);
            bool isOpen = !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead);
            return length <= MaxBytes
                ? (bytes, isOpen)
                : throw Fault(
                    $"{setting} '{path}' has more than {MaxBytes} bytes: name the file that holds the secret alone"
                );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault($"{setting} '{path}' does not exist: create it, readable by this user only", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Fault(
                $"{setting} '{path}' cannot be read by this user: give the right to read it (a file, mode 0400 or 0600)",
                e
            );
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw Fault($"{setting} '{path}' cannot be read ({e.Message}): correct the path", e);
        }
    }

    private static PermanentException Fault(string message, Exception? inner = null) =>
        new(ErrorKind.Configuration, message, inner);
}
