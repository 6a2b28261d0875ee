using System.Collections.Concurrent;

namespace AlfrescoBackupFlows.Web.Sessions;

/// <summary>
/// Sessions that were ended in this process: a copy of their cookie opens nothing here any more. Only who is signed in
/// can add one, and each is forgotten when it would have ended by itself.
/// </summary>
internal sealed class SignedOut(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    public void Add(Session session)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach ((string id, DateTimeOffset end) in _ends)
        {
            if (end <= now)
            {
                _ends.TryRemove(id, out _);
            }
        }

        _ends[session.Id] = session.SignedIn + Session.Longest;
    }

    public bool Has(Session session) => _ends.ContainsKey(session.Id);
}
