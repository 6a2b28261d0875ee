using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>
/// What this verification has looked at and found sound, so that it is not looked at again for another set that has the
/// same. For one thread at a time, but for <see cref="Stretches"/>.
/// </summary>
/// <param name="isOn">Whether anything is remembered.</param>
internal sealed class SoundContents(bool isOn)
{
    /// <summary>Of roots and of contents, each; some hundred bytes.</summary>
    private const int MaxKnown = 10_000;

    private readonly Dictionary<RootStamp, VerifiedRoot> _roots = [];
    private readonly HashSet<(ContentRef Content, ChunkClass Class)> _contents = [];

    public SoundStretches Stretches { get; } = new(isOn);

    /// <summary>What was found of a root that has the same listing and lists; null of any other.</summary>
    public VerifiedRoot? Find(RootStamp root) => isOn ? _roots.GetValueOrDefault(root) : null;

    public void Add(RootStamp root, VerifiedRoot found)
    {
        if (isOn && _roots.Count < MaxKnown)
        {
            _roots[root] = found;
        }
    }

    /// <param name="look">What is wrong with the content, or null.</param>
    public async ValueTask<string?> FindFaultAsync(
        ContentRef content,
        ChunkClass chunkClass,
        Func<ValueTask<string?>> look
    )
    {
        if (isOn && _contents.Contains((content, chunkClass)))
        {
            return null;
        }

        string? fault = await look();
        if (fault is null && _contents.Count < MaxKnown)
        {
            _contents.Add((content, chunkClass));
        }

        return fault;
    }
}
