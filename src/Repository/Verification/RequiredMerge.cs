using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Repository.Verification;

/// <summary>Looks required files up in the entries of a listing; both come in the same order.</summary>
/// <param name="required">Not begun.</param>
/// <param name="lost">Parts of the listing that are lost: what they may have is not missing.</param>
internal sealed class RequiredMerge(IAsyncEnumerator<RequiredFile> required, LostSegments lost)
{
    private bool _begun;
    private bool _more;

    /// <summary>Required files that were looked up.</summary>
    public long Required { get; private set; }

    /// <summary>Of these, the ones that the listing does not have.</summary>
    public long Missing { get; private set; }

    public async ValueTask PassAsync(byte[] path, bool isDirectory)
    {
        if (!_begun)
        {
            _begun = true;
            _more = await required.MoveNextAsync();
        }

        for (; _more && PathOrder.Compare(required.Current.Path, path) < 0; _more = await required.MoveNextAsync())
        {
            Count(isThere: false);
        }

        for (; _more && required.Current.Path.AsSpan().SequenceEqual(path); _more = await required.MoveNextAsync())
        {
            Count(isThere: !isDirectory);
        }
    }

    /// <summary>There are no further entries.</summary>
    public async ValueTask EndAsync()
    {
        for (_more = _begun ? _more : await required.MoveNextAsync(); _more; _more = await required.MoveNextAsync())
        {
            Count(isThere: false);
        }
    }

    private void Count(bool isThere)
    {
        Required++;
        Missing += isThere || lost.Covers(required.Current.Path) ? 0 : 1;
    }
}
