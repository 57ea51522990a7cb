using System.Globalization;
using Longwave.Engine.Topics;
using Longwave.Protocol.Selectors;

namespace Longwave.Engine.Access;

/// <summary>Reader of pages of topics by name. The work per page is limited, so a page can be short or empty and still have a next one.</summary>
internal sealed class TopicPages(TopicTable topics)
{
    /// <summary>Maximum number of topics examined for one page besides those that it contains: a millisecond or two.</summary>
    private const int MaxVisits = 4_096;

    /// <summary>Maximum work of matching for one page (<see cref="Selector.Matches(string, ref long)"/>): a few milliseconds.</summary>
    private const int MaxWork = 2_097_152;

    /// <summary>First character of a cursor that is the number of a topic. No topic name contains it.</summary>
    private const char NumberMark = '\u001f';

    /// <summary>Number of topics copied at a time under the lock of the order.</summary>
    private const int RunTopics = 256;

    public TopicPage Read(Selector? filter, string? after, int limit, ReadAccess? access)
    {
        long? total = access is null ? topics.Count : null;
        if (after?.StartsWith(NumberMark) == true && !TryName(after, out after))
        {
            return new TopicPage([], null, total, IsCursorUnknown: true);
        }

        return filter?.Kind == SelectorKind.Exact ? ReadOne(filter.Text, after ?? "", access, total) : ReadRange(filter, after ?? "", limit, access, total);
    }

    private TopicPage ReadOne(string name, string after, ReadAccess? access, long? total)
    {
        long work = 0;
        return string.CompareOrdinal(name, after) > 0 && topics.TryGet(name, out Topic? topic) && IsShown(topic, null, access, ref work)
            ? new TopicPage([topic.Describe()], null, total)
            : new TopicPage([], null, total);
    }

    private TopicPage ReadRange(Selector? filter, string after, int limit, ReadAccess? access, long? total)
    {
        // Only names with the filter's prefix can match.
        string prefix = filter?.Prefix ?? "";
        bool isIncluded = string.CompareOrdinal(prefix, after) > 0;
        after = isIncluded ? prefix : after;
        List<TopicInfo> page = [];
        List<Topic> run = [];
        string next = "";
        long work = 0;
        for (int visits = 0; ; isIncluded = false)
        {
            topics.Order.CopyAfter(after, isIncluded, run, Math.Min(RunTopics, limit + 1));
            if (run.Count == 0)
            {
                return new TopicPage(page, null, total);
            }

            foreach (Topic topic in run)
            {
                if (!topic.Name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return new TopicPage(page, null, total);
                }

                if (work > MaxWork)
                {
                    // At least one topic was examined, so the next page continues after it.
                    return new TopicPage(page, next, total);
                }

                bool isShown = IsShown(topic, filter, access, ref work);
                if ((isShown && page.Count == limit) || visits++ == MaxVisits + limit)
                {
                    return new TopicPage(page, next, total);
                }

                (after, next) = (topic.Name, CursorAfter(topic, isShown, access));
                if (isShown)
                {
                    page.Add(topic.Describe());
                }
            }
        }
    }

    private static bool IsShown(Topic topic, Selector? filter, ReadAccess? access, ref long work) =>
        (topic.Tip > 0 || topic.TrimmedThrough > 0) && filter?.Matches(topic.Name, ref work) != false && access?.MaySee(topic, ref work) != false;

    /// <summary>Cursor after a topic. For a topic whose name the caller may not see it is the topic's number.</summary>
    private static string CursorAfter(Topic last, bool isShown, ReadAccess? access) =>
        !isShown && access is not null ? string.Create(CultureInfo.InvariantCulture, $"{NumberMark}{last.Id}") : last.Name;

    private bool TryName(string cursor, out string? name)
    {
        name = int.TryParse(cursor.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && topics.TryGet(id, out Topic? topic) ? topic.Name : null;
        return name is not null;
    }
}
