using Microsoft.Win32.SafeHandles;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>
/// The directory of a source that was read last, held open: its entries are reached from it, without a walk of their
/// whole path. Thread-safe: whoever asks while another call uses it has none, and takes the whole path.
/// </summary>
internal sealed class LastDirectory : IDisposable
{
    private Held? _held;

    /// <summary>Takes the handle over in place of the one before.</summary>
    public void Keep(byte[] path, SafeFileHandle handle) => Put(new Held(path, handle));

    /// <summary>Takes the directory of a path; the caller gives it back. Null: it is not the one that is held.</summary>
    public Held? TryTake(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        if (path.IsEmpty || Interlocked.Exchange(ref _held, null) is not { } held)
        {
            return null;
        }

        if (held.Path.AsSpan().SequenceEqual(slash < 0 ? default : path[..slash]))
        {
            return held;
        }

        GiveBack(held);
        return null;
    }

    /// <summary>It is closed where another was kept meanwhile.</summary>
    public void GiveBack(Held held)
    {
        if (Interlocked.CompareExchange(ref _held, held, null) is not null)
        {
            held.Handle.Dispose();
        }
    }

    public void Dispose() => Put(null);

    private void Put(Held? held) => Interlocked.Exchange(ref _held, held)?.Handle.Dispose();

    internal sealed record Held(byte[] Path, SafeFileHandle Handle);
}
