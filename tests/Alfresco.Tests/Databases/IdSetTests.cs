using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using CsCheck;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Databases;

public sealed class IdSetTests
{
    [Fact]
    public void A_set_holds_what_was_added_and_nothing_else() =>
        Gen.OneOf(Gen.Long, Gen.Long[-3, 200_000])
            .HashSet.Sample(ids =>
            {
                var set = new IdSet();
                foreach (var id in ids)
                {
                    set.Add(id);
                }

                Assert.All(ids, id => Assert.True(set.Contains(id)));
                Assert.All(
                    ids.Select(id => unchecked(id + 1)).Where(id => !ids.Contains(id)),
                    id => Assert.False(set.Contains(id))
                );
            });
}
