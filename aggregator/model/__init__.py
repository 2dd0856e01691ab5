"""Every value that crosses a package border.

Frozen, slotted dataclasses that import nothing but the standard library. They follow an entry on its way:
what config says (`Source`), what the store remembers (`Claim`), what the wire said (`Fetched`), what the
feed held (`Entry`), what the entry is about (`Description`), what was decided (`Decisions`), what is told
(`Story`), and what is mailed (`Issue`, `Delivery`). All times are aware datetimes in UTC.
"""

from __future__ import annotations

from aggregator.model.bounces import (
    Arrived,
    Bounce,
    BounceCase,
    BounceKind,
    BounceVerdict,
    Departing,
    Finding,
    SoftRule,
    SortedMail,
    Suppression,
)
from aggregator.model.browsing import Answer, Asked, Browse
from aggregator.model.corrections import Correction, CorrectionKind
from aggregator.model.decisions import (
    Batch,
    Decisions,
    EntryCounts,
    Following,
    Founding,
    Joining,
    KnownEntry,
    Renaming,
    Revision,
)
from aggregator.model.deliveries import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    DomainRefusals,
    Doubt,
    IssueProgress,
    Letter,
    Notice,
    Outcome,
    Phase,
    ServerPause,
    Settlement,
    SmtpReply,
)
from aggregator.model.entries import (
    DescribedEntry,
    Description,
    Entry,
    Evidence,
    PublishedEntry,
    Reading,
    Tag,
    tells_alone,
)
from aggregator.model.inspection import (
    Attention,
    EarlierTitle,
    InspectedEntry,
    InspectedMember,
    InspectedStory,
    StorySummary,
)
from aggregator.model.issues import (
    Audience,
    Block,
    Frame,
    FrozenIssue,
    IssueSummary,
    LetterPicture,
    Note,
    Placed,
    PlannedVariant,
    StaleIssue,
    UntoldStories,
    Variant,
)
from aggregator.model.members import (
    Account,
    Acquaintance,
    Application,
    Departure,
    Enrolment,
    Limits,
    LinkPurpose,
    LinkRequest,
    Offer,
    Person,
    Preferences,
    Subscription,
    Tidied,
    Wish,
)
from aggregator.model.newsletters import Newsletter, Period, Rhythm, SendWindow, Track, TrackPosition
from aggregator.model.past_issues import IssueCover, PastIssue
from aggregator.model.pictures import (
    EncodedImage,
    EncodedPicture,
    LeadPicture,
    LeadPictures,
    Picture,
    PictureFailure,
    PictureFile,
    PictureLink,
    UnneededPicture,
    WantedPicture,
)
from aggregator.model.pings import Owed, Ping, Telling
from aggregator.model.polls import Claim, Claims, Fetched, NotModified, Refusal, SourceFailure
from aggregator.model.publications import (
    File,
    FoundStories,
    Place,
    Placement,
    Ranked,
    Selection,
    Site,
    StoryChanges,
    StoryQuery,
    ToldStory,
)
from aggregator.model.pushes import (
    Callback,
    HubAnswer,
    HubQuestion,
    HubRequest,
    Lease,
    LeaseState,
    LeaseUpdate,
    Push,
    Standing,
)
from aggregator.model.regions import GROUP_PREFIX, Region, WordFile
from aggregator.model.rejudgements import (
    Rearrangement,
    Redescribed,
    Reforming,
    Reseating,
    Seat,
    SeatedStory,
    StoredEntry,
)
from aggregator.model.source_state import (
    GONE_FOR_GOOD,
    NO_HINTS,
    Announcement,
    Hints,
    Pace,
    Redirect,
    SourceHealth,
    SourceState,
    SourceStatus,
    SourceUpdate,
    Validators,
    Whereabouts,
)
from aggregator.model.sources import Exclusions, Selectors, Source
from aggregator.model.stories import Member, Relation, Story
from aggregator.model.subscribers import Choice, Subscriber, SubscriberState

__all__ = [  # noqa: RUF022 - by subject, in the way of an entry
    # sources
    "Selectors",
    "Exclusions",
    "Source",
    # the region
    "GROUP_PREFIX",
    "WordFile",
    "Region",
    # source state
    "SourceState",
    "Validators",
    "Announcement",
    "Hints",
    "NO_HINTS",
    "Pace",
    "Redirect",
    "Whereabouts",
    "GONE_FOR_GOOD",
    "SourceUpdate",
    "SourceStatus",
    "SourceHealth",
    # polls
    "Claim",
    "Refusal",
    "Claims",
    "Fetched",
    "NotModified",
    "SourceFailure",
    # pushes
    "LeaseState",
    "Lease",
    "Standing",
    "HubRequest",
    "HubAnswer",
    "LeaseUpdate",
    "Callback",
    "HubQuestion",
    "Push",
    # pings
    "Ping",
    "Owed",
    "Telling",
    # entries
    "PublishedEntry",
    "Entry",
    "Evidence",
    "Tag",
    "Description",
    "tells_alone",
    "DescribedEntry",
    "Reading",
    # decisions
    "KnownEntry",
    "Following",
    "Founding",
    "Joining",
    "Revision",
    "Renaming",
    "Decisions",
    "Batch",
    "EntryCounts",
    # stories
    "Relation",
    "Member",
    "Story",
    # corrections
    "CorrectionKind",
    "Correction",
    # judging anew
    "StoredEntry",
    "Redescribed",
    "Seat",
    "SeatedStory",
    "Reseating",
    "Reforming",
    "Rearrangement",
    # inspection
    "Attention",
    "StorySummary",
    "InspectedMember",
    "InspectedStory",
    "EarlierTitle",
    "InspectedEntry",
    # pictures
    "PictureFile",
    "Picture",
    "LeadPicture",
    "LeadPictures",
    "PictureLink",
    "WantedPicture",
    "EncodedImage",
    "EncodedPicture",
    "PictureFailure",
    "UnneededPicture",
    # publications
    "StoryChanges",
    "Placement",
    "Place",
    "Ranked",
    "StoryQuery",
    "FoundStories",
    "ToldStory",
    "Selection",
    "Site",
    "File",
    # browsing
    "Asked",
    "Answer",
    "Browse",
    # newsletters
    "Rhythm",
    "SendWindow",
    "Track",
    "Newsletter",
    "Period",
    "TrackPosition",
    # subscribers
    "Choice",
    "SubscriberState",
    "Subscriber",
    # members
    "Offer",
    "Wish",
    "Application",
    "Preferences",
    "LinkPurpose",
    "Account",
    "Departure",
    "Limits",
    "Acquaintance",
    "LinkRequest",
    "Subscription",
    "Person",
    "Enrolment",
    "Tidied",
    # issues
    "UntoldStories",
    "Placed",
    "Block",
    "StaleIssue",
    "Audience",
    "Note",
    "Frame",
    "PlannedVariant",
    "FrozenIssue",
    "IssueProgress",
    "IssueSummary",
    "Variant",
    # past issues
    "IssueCover",
    "PastIssue",
    # deliveries
    "DeliveryKind",
    "DeliveryState",
    "Phase",
    "Delivery",
    "Notice",
    "Letter",
    "LetterPicture",
    "SmtpReply",
    "Settlement",
    "Outcome",
    "Doubt",
    "ServerPause",
    "DomainRefusals",
    "Arrived",
    "Finding",
    "SortedMail",
    "BounceKind",
    "BounceCase",
    "SoftRule",
    "BounceVerdict",
    "Departing",
    "Bounce",
    "Suppression",
]
