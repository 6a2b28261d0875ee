using System.Security.Cryptography;
using System.Text;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>One of the repository's keys: 256 random bits.</summary>
internal sealed record ClassKey(KeyClass Class, uint Generation, byte[] Bytes);

/// <summary>
/// The keys of an open repository. Generations may be added; <see cref="Dispose"/> clears all. May be shared by
/// threads.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    public const int KeySize = 32;

    // Replaced as a whole, and never changed: whoever reads takes no lock.
    private volatile Dictionary<(KeyClass Class, uint Generation), byte[]> _keys;
    private volatile Dictionary<uint, byte[]> _publicKeys;
    private volatile Dictionary<KeyClass, uint> _current;
    private volatile IReadOnlyList<ClassKey> _ofConfig;
    private volatile int _openedConfig;
    private readonly Lock _gate = new();

    /// <summary>Takes the keys over. The newest generation of each class seals; all of them open.</summary>
    /// <param name="publicKeys">Generations of the content key with which is sealed for whoever has the private half.</param>
    public KeyRing(UInt128 repository, IEnumerable<ClassKey> keys, IEnumerable<PublicKeyBytes>? publicKeys = null)
    {
        Repository = repository;
        _keys = keys.ToDictionary(key => (key.Class, key.Generation), key => key.Bytes);
        _publicKeys = (publicKeys ?? []).ToDictionary(key => key.Generation, key => key.Bytes);
        _current = Newest(_keys.Keys, _publicKeys.Keys);
        _ofConfig = [.. Keys];
    }

    public UInt128 Repository { get; }

    /// <summary>Four random keys, generation 1.</summary>
    public static KeyRing Generate(UInt128 repository) =>
        new(
            repository,
            KeyClasses.All.Select(entry => new ClassKey(entry.Class, 1, RandomNumberGenerator.GetBytes(KeySize)))
        );

    /// <summary>One more key of every class but the chunk key, which stays for the repository's life.</summary>
    public static IReadOnlyList<ClassKey> NewGeneration(uint generation) =>
        [
            .. KeyClasses
                .All.Where(entry => entry.Class != KeyClass.Chunk)
                .Select(entry => new ClassKey(entry.Class, generation, RandomNumberGenerator.GetBytes(KeySize))),
        ];

    public IEnumerable<ClassKey> Keys =>
        _keys
            .OrderBy(pair => pair.Key.Class)
            .ThenBy(pair => pair.Key.Generation)
            .Select(pair => new ClassKey(pair.Key.Class, pair.Key.Generation, pair.Value));

    /// <summary>
    /// The keys of the config that was opened last, and none that were only found in others: what a new config must hold.
    /// </summary>
    public IReadOnlyList<ClassKey> KeysOfConfig => _ofConfig;

    /// <summary>
    /// The number of the config that the log names and that was really opened here, not merely held against a key file;
    /// 0 where none was.
    /// </summary>
    public int OpenedConfig
    {
        get => _openedConfig;
        set => _openedConfig = value;
    }

    /// <summary>
    /// Whether nothing new is sealed under this key, and a config may leave it out once nothing is. Never so of log and
    /// chunk: the log's entries stay as they are.
    /// </summary>
    public bool IsOld(KeyClass keyClass, uint generation) =>
        keyClass is KeyClass.Content or KeyClass.Metadata && generation < CurrentGeneration(keyClass);

    /// <summary>The generation that new objects of a class are sealed with.</summary>
    public uint CurrentGeneration(KeyClass keyClass) => _current[keyClass];

    /// <summary>No content key is here: packs of content, dump and search index can be sealed and not opened.</summary>
    public bool WritesOnly => !_keys.Keys.Any(key => key.Class == KeyClass.Content);

    public IEnumerable<PublicKeyBytes> PublicKeys =>
        _publicKeys.OrderBy(pair => pair.Key).Select(pair => new PublicKeyBytes(pair.Key, pair.Value));

    /// <summary>Whether what is sealed with it can be opened, or need not be here.</summary>
    public bool Knows(KeyClass keyClass, uint generation) =>
        _keys.ContainsKey((keyClass, generation))
        || (keyClass == KeyClass.Content && WritesOnly && generation <= CurrentGeneration(KeyClass.Content));

    /// <summary>The public half of a generation; empty where it is not a pair.</summary>
    public ReadOnlySpan<byte> PublicKeyOf(KeyClass keyClass, uint generation) =>
        keyClass == KeyClass.Content ? _publicKeys.GetValueOrDefault(generation) : null;

    /// <summary>Further generations, of a config that the log need not name: they open, and seal nothing.</summary>
    public void Add(IEnumerable<ClassKey> keys, IEnumerable<PublicKeyBytes> publicKeys)
    {
        lock (_gate)
        {
            Dictionary<(KeyClass Class, uint Generation), byte[]> all = new(_keys);
            foreach (ClassKey key in keys)
            {
                all.TryAdd((key.Class, key.Generation), key.Bytes);
            }

            Dictionary<uint, byte[]> allPublic = new(_publicKeys);
            foreach (PublicKeyBytes key in publicKeys)
            {
                allPublic.TryAdd(key.Generation, key.Bytes);
            }

            _keys = all;
            _publicKeys = allPublic;
        }
    }

    /// <summary>
    /// The keys of a config that the log names: they count before others of the same number, and the newest of them seal
    /// from here on, whatever was found elsewhere.
    /// </summary>
    /// <param name="config">As <see cref="OpenedConfig"/>.</param>
    /// <param name="keys">All keys of the config.</param>
    public void Take(int config, IReadOnlyList<ClassKey> keys, IReadOnlyList<PublicKeyBytes> publicKeys)
    {
        lock (_gate)
        {
            Dictionary<(KeyClass Class, uint Generation), byte[]> all = new(_keys);
            foreach (ClassKey key in keys)
            {
                all[(key.Class, key.Generation)] = key.Bytes;
            }

            Dictionary<uint, byte[]> allPublic = new(_publicKeys);
            foreach (PublicKeyBytes key in publicKeys)
            {
                allPublic[key.Generation] = key.Bytes;
            }

            _keys = all;
            _publicKeys = allPublic;
            _ofConfig = [.. keys.OrderBy(key => key.Class).ThenBy(key => key.Generation)];
            _current = Newest(
                keys.Select(key => (key.Class, key.Generation)),
                publicKeys.Select(key => key.Generation)
            );
            _openedConfig = config;
        }
    }

    /// <summary>A config counts that leaves out what <see cref="IsOld"/>; nothing here opens it any more.</summary>
    /// <param name="config">As <see cref="OpenedConfig"/>.</param>
    public void DropOld(int config)
    {
        lock (_gate)
        {
            _keys = _keys.Where(key => !IsOld(key.Key.Class, key.Key.Generation)).ToDictionary();
            _publicKeys = _publicKeys.Where(key => !IsOld(KeyClass.Content, key.Key)).ToDictionary();
            _ofConfig = [.. _ofConfig.Where(key => !IsOld(key.Class, key.Generation))];
            _openedConfig = config;
        }
    }

    public bool TryGet(KeyClass keyClass, uint generation, out ReadOnlySpan<byte> key)
    {
        bool known = _keys.TryGetValue((keyClass, generation), out byte[]? bytes);
        key = bytes;
        return known;
    }

    /// <summary>A key derived from the chunk key, as the format's table of HKDF infos has it.</summary>
    public byte[] DeriveFromChunkKey(string info, int length)
    {
        byte[] derived = new byte[length];
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            _keys[(KeyClass.Chunk, _current[KeyClass.Chunk])],
            derived,
            [],
            Encoding.UTF8.GetBytes(info)
        );
        return derived;
    }

    private static Dictionary<KeyClass, uint> Newest(
        IEnumerable<(KeyClass Class, uint Generation)> keys,
        IEnumerable<uint> pairs
    ) =>
        keys.Concat(pairs.Select(generation => (Class: KeyClass.Content, Generation: generation)))
            .GroupBy(key => key.Class)
            .ToDictionary(group => group.Key, group => group.Max(key => key.Generation));

    public void Dispose()
    {
        foreach (byte[] key in _keys.Values)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
