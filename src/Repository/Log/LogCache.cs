using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Cache;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>
/// Entries of the log that this machine has read or written, sealed as they are in the store. One of them counts only
/// where its hash is the one that the entry after it names. Can be lost at any time: a fault of the disk costs requests,
/// and nothing else. Thread-safe.
/// </summary>
internal sealed class LogCache
{
    /// <summary>Longer ones are rare, and read from the store.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Twice as many as lie between two that carry the state.</summary>
    private const int MaxEntries = 128;

    private const int SequenceDigits = 12;
    private const int NameLength = SequenceDigits + 1 + 64;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly OwnTree _cache;
    private readonly string _directory;

    /// <summary>Names of files, by the sequence and then the hash.</summary>
    private SortedSet<string>? _names;
    private bool _isThere;

    public LogCache(string cacheDirectory, UInt128 repository)
    {
        _path = cacheDirectory;
        _cache = CacheDirectory.Open(cacheDirectory);
        _directory = $"log-{HexId.Format(repository)}";
    }

    /// <summary>Whether an entry with this sequence is here, whatever its hash.</summary>
    public bool Has(long sequence)
    {
        lock (_gate)
        {
            return Names().GetViewBetween(NameOf(sequence, ""), NameOf(sequence, "g")).Count > 0;
        }
    }

    /// <summary>The blob with this hash; null where it is not here.</summary>
    public byte[]? TryRead(long sequence, string sha256)
    {
        string name = NameOf(sequence, sha256);
        lock (_gate)
        {
            if (!Names().Contains(name))
            {
                return null;
            }
        }

        try
        {
            if (_cache.TryReadAll(PathOf(name), MaxBytes) is { } blob && LogReader.Hash(blob) == sha256)
            {
                return blob;
            }
        }
        catch (Exception e) when (CacheFault.IsFault(e))
        {
            // As one that is damaged.
        }

        lock (_gate)
        {
            Names().Remove(name);
        }

        return null;
    }

    public void Keep(long sequence, string sha256, ReadOnlySpan<byte> blob)
    {
        string name = NameOf(sequence, sha256);
        lock (_gate)
        {
            if (blob.Length > MaxBytes || !Names().Add(name))
            {
                return;
            }

            try
            {
                Write(name, blob);
                DeleteOld();
            }
            catch (Exception e) when (CacheFault.IsFault(e))
            {
                _names!.Remove(name);
            }
        }
    }

    /// <summary>Not flushed to the disk: what a crash leaves of it does not have its hash.</summary>
    private void Write(string name, ReadOnlySpan<byte> blob)
    {
        if (!_isThere)
        {
            CacheDirectory.Create(_path);
            _cache.CreateDirectory(_directory);
            _isThere = true;
        }

        string temporary = PathOf($"scratch-{Guid.NewGuid():n}.tmp");
        using (FileStream file = _cache.OpenAppend(temporary))
        {
            file.Write(blob);
        }

        _cache.Move(temporary, PathOf(name));
    }

    private void DeleteOld()
    {
        while (_names!.Count > MaxEntries && _names.Min is { } oldest)
        {
            _names.Remove(oldest);
            _cache.Delete(PathOf(oldest));
        }
    }

    private SortedSet<string> Names()
    {
        if (_names is not null)
        {
            return _names;
        }

        _names = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            _isThere = _cache.TryVisit(
                _directory,
                (name, type) =>
                {
                    // The shape alone counts: what is in it is looked at when it is read.
                    if (type == EntryType.File && name.Length == NameLength && name[SequenceDigits] == '-')
                    {
                        _names.Add(Encoding.UTF8.GetString(name));
                    }
                }
            );
        }
        catch (Exception e) when (CacheFault.IsFault(e))
        {
            _names.Clear();
        }

        return _names;
    }

    private string PathOf(string name) => $"{_directory}/{name}";

    private static string NameOf(long sequence, string sha256) =>
        string.Create(CultureInfo.InvariantCulture, $"{sequence:d12}-{sha256}");
}
