"""The words of opinion that people have for food, films, things, clothes, games and each other.

Written by hand, as lexicon.py is, which says how a phrase is written; of what stands in both, that counts.
"""

from __future__ import annotations

FAULTS: dict[str, tuple[float, str]] = {
    "middling": (
        -1.2,
        """
        meh; middling; iffy; unremarkable; unexceptional; nondescript; unimpressive; lukewarm;
        unexciting; uninspired; uninspiring; unmemorable; forgettable; lackluster; lacklustre;
        underwhelming; underwhelmed; bleh; blah; snoozefest; yawn; yawns; fizzles; fizzled; fizzle;
        flops; flopped; flop; dud; duds; stinker; clunker; clunkers; misfire; misfires; misfired;
        misstep; missteps; letdown; bummer; buzzkill; downer; drag; chore; slog; bore; bores; snore;
        snorefest; hit or miss; run of the mill; passable|average|okay|ordinary at best; nothing
        special|exciting|memorable; nothing to write home about; nothing new here; nothing out of the
        ordinary; not all that; not so|that great; not so|that|very|particularly|especially|really
        good; not up to much|par|scratch|standard; below par|average|expectations; second|third rate;
        two bit; bog standard; ho hum; snooze fest; a bit much|off; leaves|left|leave a lot to be
        desired; leaves|left much to be desired; leaves something to be desired; could|should be
        better; could|should have been better; could've been better; room for improvement; needs
        improvement|work; needs a lot of work; needs some work; falls|fell|fall|falling short;
        comes|came up short; misses|missed|miss the mark; wide of the mark; fell|falls|fall|falling
        flat; fizzles|fizzled out; a flop|dud|letdown|bummer|downer|drag|chore|slog|bore; such a
        chore; bored me
        """,
    ),
    "poor": (
        -1.8,
        """
        shoddily; slipshod; slapdash; sloppily; halfassed; halfhearted; misguided; misbegotten;
        amateurish; unprofessionally; slovenly; substandard; inferior; deficient; inadequate;
        inadequately; insufficient; unsatisfactory; unsatisfying; unsatisfied; crummy; crappily;
        cruddy; naff; ropey; dodgy; dicey; skanky; wonky; ratty; raggedy; shabby; shabbily; dingy;
        dinky; dilapidated; decrepit; rundown; outdated; antiquated; archaic; obsolete; unworkable;
        unwieldy; impractical; cumbersome; awkwardly; fiddly; finicky; flaky; temperamental; erratic;
        patchy; inconsistent; inconsistently; inconsistency; haphazard; disorganised; disorganized;
        disorganisation; chaotic; shambolic; messy; cluttered; muddled; jumbled; convoluted;
        incoherent; nonsensical; illogical; counterintuitive; unintuitive; confusing; confusingly;
        bewildering; baffling; mystifying; perplexing; impenetrable; incomprehensible; unintelligible;
        illegible; unreadable; inaccurate; inaccurately; inaccuracies; misleadingly; deceptively;
        disingenuous; spurious; bogus; fake; faked; phony; counterfeit; knockoff; sham; gimmick;
        gimmicks; gimmicky; pointless; pointlessly; needless; needlessly; senseless; mindless;
        mindlessly; aimless; aimlessly; meaningless; fruitless; futile; gratuitous; gratuitously;
        superfluous; redundant; repetitive; repetitious; repetitively; monotonous; monotony; monotone;
        tiresome; tiring; wearisome; wearying; draining; exhausting; tedious; tediously; tedium;
        dreary; drab; dullness; dullest; dreariness; humdrum; drudgery; interminable; interminably;
        neverending; longwinded; overlong; drags; drones; droning; plodding; plods; meandering;
        meanders; ponderous; laborious; laboriously; torturous; tortuous; grating; grates; irksome;
        irk; irks; irked; vexing; vexed; exasperating; exasperated; maddening; maddeningly;
        infuriating; infuriatingly; aggravating; galling; insufferable; insufferably; unbearable;
        unbearably; intolerable; intolerably; excruciating; excruciatingly; offputting; uninviting;
        unwelcoming; unappealing; unattractive; unappetizing; unappetising; undesirable; unpleasant;
        unpleasantly; unpleasantness; disagreeable; objectionable; distasteful; unsavory; unsavoury;
        tasteless; tackiness; gaudy; garish; kitschy; corny; cringe; cringey; cringy; cringeworthy;
        cringing; cringed; laughable; laughably; ludicrous; ludicrously; farcical; farce;
        preposterous; asinine; idiotic; moronic; brainless; braindead; boneheaded; clumsy; clumsily;
        graceless; charmless; joyless; lifeless; lifelessly; soulless; heartless; humorless;
        humourless; unfunny; witless; toothless; spineless; gutless; hapless; thankless; worthless;
        useless; hopeless; hopelessly; sub par|standard; half baked|assed|hearted|arsed; ill
        conceived|advised; poorly|badly thought out; not thought through; unfit for purpose; not any
        good; ain't good; good for nothing; comes|fallen apart; on its last legs; past its best; worse
        for wear; seen better days; out dated; out of date; counter intuitive; knock off; never
        ending; drawn out; long winded; goes on and on; drags|dragged|drag on; grated on me;
        gets|get|got|getting on my nerves; on my last nerve; on my nerves; off putting; cringe
        worthy|inducing; lame ass; brain dead; ham fisted; heavy handed; tone deaf
        """,
    ),
    "dreadful": (
        -2.6,
        """
        abysmally; atrociously; appalling; appallingly; dismal; dismally; deplorable; deplorably;
        despicable; detestable; abominable; abominably; abomination; execrable; godawful; ungodly;
        diabolical; dire; horrid; horrendously; horrifically; hideously; ghastly; grotesque;
        repulsive; repugnant; repellent; revolting; vile; nauseating; sickening; sickeningly; putrid;
        rancid; foul; wretched; woeful; woefully; lamentable; lamentably; pitiful; pitifully;
        pathetic; pathetically; rubbishy; trashy; dumpsterfire; trainwreck; shitshow; clusterfuck;
        fiasco; debacle; debacles; catastrophe; catastrophic; catastrophically; calamity; travesty;
        monstrosity; eyesore; disasterous; disastrously; garbage; hogwash; claptrap; drivel; dreck;
        tosh; tosser; piffle; codswallop; balderdash; schlock; schlocky; bullcrap; horseshit; dogshit;
        batshit; shite; shitest; shittiest; crappiest; unforgivable; unforgivably; inexcusably;
        unconscionable; reprehensible; unlistenable; inedible; uneatable; undrinkable; unlivable;
        uninhabitable; unsalvageable; irredeemable; irredeemably; overhyped; overrated; god awful;
        vomit inducing; stomach churning; piss poor; bottom of the barrel; scraping the barrel; rock
        bottom; bargain bin; trash|dumpster|garbage fire; train wreck; car crash of a; shit show;
        cluster fuck; hot mess|garbage; pure garbage; horse|dog shit; worst i've; beyond
        saving|redemption; no redeeming; no redeeming qualities|features; without merit; devoid of;
        zero|no|negative stars; if i could give; wouldn't wish this on; make it stop; kill|shoot me
        now; want my time back; hours|minutes|years of my life; isn't|wasn't worth it; hardly worth;
        give it|this a miss; give this one a miss; give it a pass; hard pass; pass on this; skip
        it|this; skip this one; thumbs down; two|big thumbs down; doesn't|didn't live up; does|did not
        live up; doesn't deliver; not live up to the hype; over hyped|rated
        """,
    ),
    "food without taste": (
        -1.2,
        """
        greasy; chewy; mushy; gloopy; lumpy; stodgy; watery; gritty; chalky; stringy; gristly; fatty;
        tepid; flavourless; flavorless; bland; blandest; blandness; insipid; unseasoned;
        underseasoned; overseasoned; oversalted; undersalted; cloying; cloyingly; saccharine; acrid;
        astringent; vinegary; aftertaste; plasticky; skimpy; stingy; measly; meager; meagre; paltry;
        doughy; watered down; too
        salty|sweet|spicy|dry|greasy|sour|bitter|rich|oily|watery|strong|weak|bland;
        very|really|so|bit dry; bit bland; dried out; cold food; was|were|stone cold; ice cold food;
        lacked|lacks|lacking|no|little flavor; lacked|lacks|lacking|no flavour;
        no|little|after|metallic|chemical|artificial taste; no seasoning; under|over seasoned; over
        salted; sickly sweet; bitter|nasty|weird aftertaste; tastes artificial; artificial tasting;
        plastic y; tiny|small portions; portions are|were small; portion was tiny; rock hard; hard as
        a rock; like rubber|cardboard|plastic|dirt|soap|water|sawdust|feet|chemicals
        """,
    ),
    "bad food": (
        -1.9,
        """
        overcooked; undercooked; overdone; underdone; overbaked; overboiled; charred; shriveled;
        shrivelled; wilted; wilting; limp; soggy; soggier; slimy; sludgy; sludge; gluey; rubbery;
        leathery; congealed; curdled; spoiled; spoilt; rotten; rotted; rotting; mouldy; moldy;
        unfresh; stank; stinky; stench; reeks; reeked; reeking; cockroach; cockroaches; roach;
        roaches; maggot; maggots; bedbugs; gagged; gagging; puke; puked; puking; barf; indigestion;
        unpalatable; grosses; grossed; grossest; yuck; yucky; yuk; ick; icky; ew; eww; ewww; blech;
        bleck; slop; swill; muck; pigswill; gruel; reheated; over|under|half cooked; over done; under
        baked; burned|burnt to a crisp; half|still raw; raw in the middle; raw inside; still frozen;
        freezer burnt|burned|burn; gone|tastes|smelled off; gone|went|smelled|smells bad; past its
        date; past its sell by; mold on; sour milk; not|wasn't|weren't|isn't fresh; tasted
        off|funny|weird|old|stale; tastes weird|funny; tastes nothing like; smelled funny;
        hair|bug|fly in my; hair in the; rat droppings; bed bugs; food poisoning; made me
        ill|nauseous|vomit; want to vomit; gag worthy; upset my stomach; upset stomach; stomach ache;
        the runs; spat|spit it out; couldn't|didn't finish; couldn't eat; could not eat; barely
        touched|edible; not edible; mystery meat; tourist trap; greasy spoon; out of a can; from a
        can|packet; straight from the freezer
        """,
    ),
    "places": (
        -1.3,
        """
        cramped; poky; pokey; boxy; stuffy; airless; musty; fusty; mildewy; damp; dank; drafty;
        draughty; noisy; noisily; rowdy; deafening; overcrowded; touristy; crumbling; rickety; creaky;
        squeaky; squeaks; creaks; threadbare; tatty; tattered; scuffed; scruffy; stained; filth;
        filthiest; grimy; grime; grubby; mucky; scummy; scuzzy; sleazy; seedy; shithole; hellhole;
        rathole; fleapit; pigsty; hovel; unclean; unhygienic; unsanitary; insanitary; infested;
        infestation; over crowded; packed like sardines; jam packed; stains on; sticky floors|tables;
        sketch af; a|total dump; such a dump; shit|hell|rat hole; pig sty; mouldy bathroom; thin
        walls; paper thin walls; no parking|ac; no air conditioning; smoke smell; smelled|smells of
        smoke; stank|reeked of; lumpy|hard bed; bed was hard; middle of nowhere; dated|outdated decor;
        needs updating|renovation; needs a refurb; in need of updating|renovation; needs a good clean;
        soulless place; price gouging
        """,
    ),
    "service and prices": (
        -1.8,
        """
        snooty; snotty; snobby; snobbish; haughty; pompous; patronising; patronizing; patronised;
        patronized; condescendingly; condescension; brusque; curt; abrasive; surly; sullen; grumpy;
        grouchy; cranky; moody; sulky; stroppy; unfriendly; inattentive; indifferent; apathetic;
        uncaring; disinterested; uninterested; unhelpfully; uncooperative; unaccommodating;
        unapologetic; inconsiderate; inhospitable; discourteous; disrespect; disrespected;
        disrespectfully; dismissively; evasive; cagey; pushy; nosy; nosey; overbearing; incompetently;
        ineptitude; ineffectual; ineffective; inefficient; inefficiently; inefficiency; negligent;
        negligently; negligence; careless; carelessly; carelessness; lackadaisical; lazy; laziest;
        lazily; slacking; slackers; eyeroll; shrugged; shortchanged; conmen; crook; crooked; shyster;
        swindle; swindled; swindlers; fleeced; hoodwinked; duped; shady; shadiest; underhand;
        underhanded; unscrupulous; unethical; predatory; moneygrab; extortion; extortionate;
        extortionately; exorbitant; exorbitantly; pricey; pricy; overcharges; sour|stony faced; ill
        mannered; bad mannered|manners|value; no manners; dismissed my; overly pushy; hard sell;
        couldn't|can't be bothered; rolled her|his|their eyes; eye roll|watering; attitude
        problem|stinks; had an attitude; has|had|have no clue; don't know what they are doing; don't
        know what they're doing; didn't know what they were doing; short changed; stitched up; con
        artists|artist|men; bait and switch; cash grab; money grab|grubbing|pit; daylight|highway
        robbery; costs|cost a fortune; costs|cost an arm and a leg; arm and a leg; cost a bomb; nickel
        and dime|diming|dimed; poor|terrible value; not value for money; half the price elsewhere;
        cheaper elsewhere; pay through the nose
        """,
    ),
    "films, books and shows": (
        -1.7,
        """
        boringly; boredom; boringness; plotless; pedestrian; workmanlike; perfunctory; formulaic;
        cliched; cliches; cliche; hackneyed; trite; banal; banality; derivative; unoriginal;
        unimaginative; uninventive; rehash; rehashed; rehashing; retread; retreads; recycles;
        recycled; regurgitated; regurgitates; predictable; predictably; predictability; contrived;
        contrivance; contrivances; contrivedly; implausible; implausibly; implausibility;
        unconvincing; unconvincingly; unrealistic; unrealistically; improbable; improbably;
        senselessly; muddle; murky; disjointed; unfocused; uneven; unevenly; choppy; bloated;
        overstuffed; overblown; overwrought; overheated; overacted; overacting; overacts; hammy;
        wooden; woodenly; stilted; stiltedly; stagey; stagy; mannered; smug; smugly; smugness; smarmy;
        preachy; preaches; sermonizing; didactic; moralizing; moralistic; pretentious; pretentiously;
        pretension; pretensions; pretentiousness; highfalutin; portentous; turgid; leaden; lumbering;
        sluggish; sluggishly; glacial; glacially; underwritten; overwritten; underdeveloped;
        undeveloped; caricature; caricatures; stereotypical; stereotyped; shallowness; superficial;
        superficially; hollow; hollowness; vapid; vapidity; vacuous; inane; inanity; puerile;
        juvenile; sophomoric; infantile; crass; crassly; crassness; lowbrow; mawkish; mawkishness;
        maudlin; syrupy; treacly; schmaltzy; schmaltz; sappy; sappiness; soppy; soapy; melodramatic;
        histrionic; histrionics; manipulative; manipulation; exploitative; exploitive; sensationalist;
        sensationalistic; sensationalism; sensationalized; voyeuristic; gimmickry; anticlimactic;
        anticlimax; squandered; squanders; squandering; unfulfilled; soporific; numbing; numbingly;
        stultifying; deadening; doa; feeble; weakest; weakly; thinly; rushed; abruptly; sleepwalking;
        sleepwalks; coasting; unfunniest; laughless; strained; labored; laboured; ungainly; inert;
        listless; anemic; anaemic; bloodless; torpid; lethargic; drear; dour; glum; oppressive;
        bleakly; mirthless; unengaging; uninvolving; unmoving; unmoved; unremittingly;
        overcomplicated; overly; overused; overdoes; overplayed; overproduced; overdrawn;
        overindulgent; tawdry; sordid; lurid; smutty; misogynistic; misogynist; insulting; plot
        holes|hole; full of plot holes; plot is thin; thin|recycled|tired|undercooked|little plot;
        thin story; paper|wafer thin; by the numbers; paint by numbers; cookie cutter; cliche ridden;
        stale|tired|forced jokes; knock off of; warmed over; been there done that; been done before;
        seen it all before; seen it before; done|bored to death; tired|same old; same old same old;
        same old story; saw|see it coming; could see coming; saw that coming; see the ending coming;
        from a mile away; far fetched; strains credulity|credibility; stretches credibility;
        doesn't|didn't|don't make sense; doesn't make any sense; does|did not make sense; makes little
        sense; over the top; over heated|acted|acting|written|complicated|used|produced; hams it up;
        wooden|stiff|bad|poor|terrible|awful acting; self
        conscious|indulgent|absorbed|important|righteous|satisfied|congratulatory; arty farty;
        glacial|snail's|snail pace; slow moving|paced|going; poorly
        paced|acted|directed|executed|edited|developed; badly paced|acted|directed|executed|edited;
        pacing is off; pacing issues|problems; ill paced; paced badly; bad|poor|lazy|terrible writing;
        under developed; one dimensional; cardboard|stock|flat characters; cardboard cutout|cutouts;
        cut out characters; juvenile|crude|forced humor; low brow; dumbed|dumbs|bogged|bogs|weighed
        down; soap opera; emotionally manipulative; smoke and mirrors; style over substance; all style
        no substance; more style than substance; no
        substance|depth|chemistry|plot|story|point|payoff|laughs; lacks
        substance|depth|heart|soul|charm|energy|focus|bite|punch|subtlety|originality|imagination;
        sorely|severely|sadly lacking; devoid of any; bereft|starved of; without any real; zero
        chemistry; no character development; no real story|plot; no pay off; anti climactic;
        marred|sunk|undone|undermined|hampered|spoiled|spoilt|ruined by; sinks under; wasted
        on|opportunity|potential; missed opportunity; lost opportunity|steam|interest; squandered
        potential; never quite|laughed; never really takes off; never takes off; never gets off the
        ground; never comes together; never adds up; doesn't add up; didn't hold up; runs|ran|running
        out of steam; runs|ran out of ideas; loses steam|momentum|interest; loses|lost its way; losing
        interest; hard to follow|care|watch; difficult to follow; hard to get into|through;
        hard|painful|tough to sit through; painful|tough to watch; painful to read; painful to listen
        to; couldn't|didn't finish it; could not finish; gave up on|after|halfway; walked out; walking
        out of; switched|turned off after; turned it off; put|puts me to sleep; put you to sleep;
        nodded|nodding off; sleep|yawn inducing; snooze worthy; mind numbing|numbingly; deadly
        dull|boring; bored to tears; bored out of my mind; bored stiff; boring as hell; boring af;
        like watching paint dry; watching paint dry; checking|checked my watch; looking at my watch;
        couldn't wait for it to end; couldn't wait for it to be over; wanted it to end; wished it
        would end; glad when it was over; jump|jumped|jumping the shark; beating|beat|flogging a dead
        horse; dead on arrival; dead in the water; sinks like a stone; straight|direct to video; box
        office bomb; career|new low; all time low; hit a new low; shadow of its former self;
        pale|poor|cheap imitation; poor man's; poor|sorry excuse for; poor|lame|sad|feeble attempt;
        weak attempt|plot|story|script|ending|writing|link|characters; ending sucked;
        terrible|bad|disappointing|rushed|abrupt ending; ending was disappointing; hated the ending;
        ending felt rushed; felt|feels|seemed rushed; pure filler; phoned in; phoning|phones|phoned it
        in; going|goes through the motions; on autopilot; coasts on; tries|trying|tried|try too hard;
        thinks it's clever; wasn't|aren't|unintentionally funny; not very|even funny; barely a laugh;
        few|unintentional laughs; not a single laugh; didn't laugh; unintentionally hilarious; forced
        humour; feels|felt|seems|so forced; left|leaves me cold; leaves you cold; left cold; left me
        wanting; overly long|sentimental|complicated|dramatic; mean spirited; nasty piece of work;
        insults your intelligence; insult to your|my intelligence; insult to; slap|spit in the face; a
        slap in the face; kick in the teeth
        """,
    ),
    "music and sound": (
        -1.6,
        """
        tinny; tinniest; muffled; muddy; boomy; tuneless; tunelessly; pitchy; discordant; dissonant;
        screechy; shrill; whiny; whiney; whining; drony; autotuned; autotune; earsore; earsplitting;
        cacophony; cacophonous; sellout; talentless; distorted; distorts; crackles; crackling;
        crackly; hisses; hissing; rattles; rattling; rattled; muddy|bad|poor|terrible sound; off key;
        out of tune; flat vocals; auto tuned; ear splitting; ears bleed; ears are bleeding; noise
        pollution; no talent|bass; washed up; lip sync|synced; buzzing|humming noise; lacks bass;
        bad|poor sound quality; sound is terrible|awful; sounds awful|terrible|horrible|bad|cheap;
        sounded awful|terrible; sounds like crap|garbage
        """,
    ),
    "games": (
        -1.7,
        """
        laggier; lagging; lagfest; rubberbanding; desync; stuttery; stutters; stuttering; stutter;
        paywalled; paywalls; lootboxes; grindy; grindfest; unbalanced; imbalanced; unpolished;
        barebones; shovelware; cashgrab; abandonware; gamebreaking; crashy; unoptimized; unoptimised;
        clunkier; clunkiness; floaty; jankiness; toxic; toxicity; aimbots; aimbot; aimbotting;
        griefers; griefing; griefed; nerfed; nerfing; rigged; ragequit; downgraded; downgrade;
        lag|grind fest; rubber banding; framerate|frame|fps drops; dropped frames; screen tearing; pay
        to win; micro transactions; loot boxes; money hungry; too grindy; unfinished|broken mess; half
        finished; bare bones; content starved; no content; asset flip; abandoned by; game breaking;
        bug ridden; riddled with bugs; full of bugs; so many bugs; crash prone; poorly|badly
        optimized; optimization|port is terrible; bad|lazy|poor port; sluggish controls; toxic
        community; broken matchmaking; matchmaking sucks; rage quit; dead game|server|servers; pre
        order regret
        """,
    ),
    "things and software": (
        -1.8,
        """
        flimsier; flimsily; wobbly; wobbles; wobble; unsteady; shaky; brittle; breakable; snapped;
        scratched; warped; warping; bendy; fraying; frayed; frays; unraveling; unravelling; unravels;
        unraveled; unravelled; disintegrated; disintegrates; disintegrating; crumbled; crumbles;
        corroded; corrodes; rusts; tarnished; tarnishes; discolored; discoloured; discolors; flaking;
        leaky; seeps; clogs; clogged; clogging; jammed; overheat; overheats; overheating; chintzy;
        cheapo; junky; flawed; flaw; flaws; malfunctions; glitches; bricking; bloatware; bloat;
        spyware; adware; malware; spammy; spam; intrusive; buggier; buggiest; glitchier; painfully;
        agonizingly; sluggishness; nonresponsive; grainy; blurry; blurred; pixelated; nuisance;
        hassle; hassles; paperweight; doorstop; landfill; beware; vaporware; loose fitting;
        came|comes|coming loose; easily broken;
        breaks|broke|chips|cracks|crack|scratches|scratch|bends easily;
        snapped|peels|peeled|peeling|flakes off; snapped in half|two; leaks|ads everywhere;
        jams|crashes constantly; keeps jamming; gets|runs hot; burns|washed out; dies|drains quickly;
        dead pixel|pixels; won't hold a charge; won't|doesn't|didn't|wouldn't stay; didn't fit|last;
        didn't last long; barely lasts; lasted a week; lasted less than; only lasted; lasted all of;
        lasts only; ceased working; hardly works; works intermittently|sometimes; doesn't do what;
        does not do what; did|does absolutely nothing; made|makes no difference; no difference at all;
        no|zero effect; had no effect; cheap
        plastic|quality|feeling|material|materials|junk|crap|looking|feel; feels|felt|looks|looked
        cheap; made cheaply; so cheap looking; low quality; poor build|picture quality; poor
        construction|craftsmanship|workmanship|design|battery|picture|instructions; bad|terrible
        design; design flaw|flaws|fault; fatally|deeply|seriously flawed; major flaw; bloated
        software; ad ridden; full of ads; ads|crashes every; intrusive ads; constantly crashes;
        freezes|froze up; slows|slowed|flushed down; slow as; slow as molasses;
        painfully|agonizingly|ridiculously|dog slow; non responsive; hit and miss; battery
        drain|drains|sucks|dies; drains the|my battery; drains|terrible|bad|eats battery; drains fast;
        battery life is terrible; battery life sucks; battery is terrible; dim screen;
        grainy|pixelated|fuzzy picture; out of focus; no|confusing|useless instructions; instructions
        are|were useless; missing pieces|screws; parts missing; holes don't line up;
        don't|doesn't|didn't line up; impossible to assemble|clean|read; hard to
        use|read|clean|open|install|assemble|see|hear; hard|difficult|pain to set up; hard to find
        anything; difficult to use|read|clean|open|install; awkward|pain to use; fiddly to; pain to
        clean; a pain in the ass; pain in the ass|butt|neck|arse; a|royal|massive|huge|real pain; such
        a pain|hassle; a nuisance|hassle; more trouble than it's worth; expensive paperweight; door
        stop; in the bin|trash|garbage; into the bin; straight|went in the bin; threw|throw|throwing
        it away; threw it|them out; threw them away; threw|thrown|throw away;
        toss|tossed|chucked|binned|returned|returning it; had to return it; had to return;
        returned|returning them; returning this; sent|sending|send it back; sent|sending them back;
        went back to my old; want my old; wish i'd never; biggest regret; regret getting; buyer
        beware; buyer's|buyers remorse; be warned; you have been warned; you've been warned; save your
        money; money down the drain; down the drain|toilet; throwing money away; money wasted; money
        badly spent; false economy; get what you pay for; you get what you pay; got what i paid for;
        planned obsolescence; snake oil
        """,
    ),
    "clothes, beauty and health": (
        -1.6,
        """
        itchy; itches; scratchy; unflattering; unflatteringly; frumpy; dowdy; shapeless; baggy; saggy;
        sags; sagging; gapes; gaping; bunching; pinches; pinched; chafes; chafing; chafed; pilling;
        shrinks; shrunk; shrank; shrunken; faded; fades; fading; tore; ripped; rips; hideous; ugliest;
        ugliness; fugly; irritates; clumpy; clumps; cakey; streaky; blotchy; smudges; smudged; smears;
        smeared; frizzy; frizz; brassy; overpowering; smelly; pungent; stinks; nauseous; nauseated;
        lethargy; worsened; worsening; worsens; quack; quacks; misdiagnosed; misdiagnosis;
        malpractice; ill|badly|poorly fitting; rides|rode|riding|bunches|bunched up; digs|holes|hole
        in; digs|dug into; gave me blisters; see through; too
        sheer|large|loose|baggy|bulky|wide|narrow; runs small|large|big; ran small|large; runs
        really|very small; sized wrong; sizing is off; sizing is way off; size was off; not true to
        size; pilled|ripped after; fades quickly; bled in the wash; stretched|stretches|dries out;
        lost|loses its shape; lost shape; tears|rips easily; came with a hole; had a hole; seam|seams
        ripped|came; coming|came|comes undone; zipper|zip broke; zipper stuck; feels like plastic;
        looks nothing like; nothing|not like the picture; nothing like the photo; looked ridiculous;
        looked|looks|smells|smelled|feel|felt|feeling terrible; looked|looks|smells|smelled|feel|felt
        awful|horrible; looks ridiculous|weird|stupid|bad; looks|feel|felt like crap;
        looks|feeling|feel like shit; looks like garbage; butt ugly; makes me look fat;
        makes|irritated|irritates|dried my skin; broke me out; made me break out;
        burned|burns|burnt|stung my; burning sensation; greasy feeling; sticky residue|mess; dried out
        my; hair fell|falling out;
        overpowering|strong|chemical|awful|horrible|terrible|bad|weird|funny smell; smell is awful;
        smells disgusting|gross|weird|funny; smelled gross; bad|awful|horrible|terrible|severe side
        effects; gained weight; brain fog; sore throat; feeling|feel|felt ill; feel|felt|feeling sick;
        made|makes|making it worse; made things worse; got|getting|gets worse; worse than before;
        worse off; no improvement|relief; didn't|doesn't help; not|wasn't effective
        """,
    ),
    "people": (
        -1.9,
        """
        hypocrite; hypocrites; hypocritical; hypocrisy; backstabbing; backstabber; backstabbed;
        corrupt; crony; cronyism; cronies; shill; shills; grifter; grifters; grift; grifting;
        charlatan; charlatans; fraudster; fraudsters; fraudulent; phoney; phonies; liar; barefaced;
        propagandist; fakenews; fearmongering; scaremongering; warmonger; warmongering; hatemonger;
        demagogue; demagoguery; demagogic; tyrannical; despot; despotic; dictatorial; authoritarian;
        bigot; bigots; bigoted; xenophobic; transphobic; misogynists; chauvinist; sexists; homophobe;
        homophobes; intolerant; intolerance; hateful; vitriol; vitriolic; venomous; spiteful;
        vindictive; malicious; maliciously; callous; callously; coldhearted; ruthless; ruthlessly;
        merciless; brutal; brutally; barbaric; inhumane; inhuman; sadistic; evil; evildoer; thug;
        thugs; thuggish; thuggery; goon; goons; scum; scumbag; scumbags; lowlife; lowlifes; sleazebag;
        sleazeball; sleaze; creep; creepy; creepier; creepiest; weirdo; weirdos; pervert; perverts;
        sicko; sickos; psychopath; sociopath; narcissist; narcissistic; narcissists; egomaniac;
        egomaniacal; egotistical; egotist; megalomaniac; crybaby; whiner; whiners; wimp; wimpy;
        coward; cowards; cowardly; cowardice; weakling; pushover; doormat; wuss; buffoon; buffoons;
        buffoonery; clown; clowns; clownish; moron; morons; imbecile; imbeciles; imbecilic; dimwit;
        dimwits; dumbass; dumbasses; dumbo; dumber; dumbest; dumbfuck; numpty; numpties; muppet;
        muppets; twat; twats; wanker; wankers; tossers; bellend; knobhead; pillock; plonker; gits;
        arse; arsehole; arseholes; asshat; asshats; jackass; jackasses; jerks; dickhead; dickheads;
        douche; douchey; douchebag; douchebags; prick; pricks; dipshit; dipshits; shithead; shitheads;
        shitbag; fuckwit; fuckwits; fuckface; motherfucker; motherfuckers; ignoramus; ignorant;
        ignorance; uneducated; uninformed; misinformed; delusional; deluded; delusion; unhinged;
        deranged; demented; crackpot; nutjob; nutjobs; nutcase; nutter; nutters; whackjob; wacko;
        wackos; lunatic; lunatics; lunacy; idiocy; stupidity; stupidest; stupidly; insanity;
        absurdity; outraged; scandalous; shameless; shamelessly; disgraced; disgracefully; disgraces;
        embarrassment; embarrassing; embarrassingly; humiliating; humiliated; humiliation; unfit;
        unqualified; undeserving; undeserved; unearned; entitled; brat; brats; bratty; elitist;
        elitists; greedily; greed; selfish; selfishly; selfishness; traitorous; treasonous; betrayed;
        betrays; betraying; sellouts; turncoat; backtracking; backpedaling; weasel; weasels; weaselly;
        parasite; parasites; leech; leeches; vulture; vultures; unfair; unfairly; unfairness; unjust;
        unjustly; unjustified; unjustifiable; unwarranted; mockery; whitewash; whitewashing;
        whitewashed; bollocks; bullshitting; bullshitter; baloney; poppycock; malarkey; nonsense;
        gobbledygook; gibberish; garbled; rambling; rambles; ranting; spewing; spews; spouting;
        spouts; peddling; peddles; pandering; panders; grandstanding; gaslighting; gaslights; gaslit;
        scapegoat; scapegoating; scapegoats; bullying; bullies; bully; bullied; intimidation;
        harassing; harassed; harasses; abusing; oppressor; oppressors; mishandled; mishandling;
        mismanaged; mismanagement; botched; botch; bungled; bungling; bungles; blunder; blunders;
        blundering; screwup; fuckup; omnishambles; shortsighted; reckless; recklessly; recklessness;
        irresponsible; irresponsibly; irresponsibility; dereliction; insensitive; insensitivity;
        offensive; offensively; derogatory; demeaning; degrading; denigrating; belittling; belittles;
        belittled; dehumanizing; dehumanising; objectifying; indefensible; untenable; unsustainable;
        undemocratic; lawless; lawlessness; divisive; worrying; worryingly; troubling; disturbing;
        disturbingly; alarming; alarmingly; unsettling; unnerving; distressing; horrifying;
        heartbreaking; heartbreakingly; heartbroken; gutted; crestfallen; bummed; dejected;
        demoralized; demoralised; demoralizing; deflated; disheartened; disheartening; dispirited;
        dispiriting; discouraged; discouraging; despondent; distraught; devastated; inconsolable;
        disillusioned; disenchanted; dismayed; dismay; aghast; appalled; disgusted; sickened;
        incensed; irate; enraged; fuming; seething; livid; miffed; peeved; riled; two|bare faced; back
        stabbing; double dealing|standard|standards; paid shill; pathological liar; lying
        through|sack; fake news; fear|scare|war|hate mongering; race baiting; hate filled; cold
        hearted; scum of the earth; low life|blow; attention seeking|seeker|seekers; clout chaser;
        drama queen; cry baby|babies; clown show; dumb as; knob head; piece of work|filth; ill
        informed; out of touch|line|control|hand; whack|botch job; sheer stupidity; should be ashamed;
        ought to be ashamed; ashamed of; ashamed of yourself|yourselves; have|has no shame; no shame;
        disgraceful display; a|national disgrace; an|national embarrassment; embarrassed|uncalled for;
        unfit to; unfit for office; spoiled|spoilt|privileged brat; self serving; power hungry|grab;
        flip flopper; spiraling out of control; went|gone|goes|going too far; crossed|crosses|crossing
        the line; below the belt; cheap shot|shots; witch hunt; kangaroo court; a mockery;
        make|makes|made a mockery; miscarriage of justice; backroom deal; land grab; red tape;
        broken|empty promises; broken promise; empty words; lip service; all talk; all talk no action;
        full of it|shit|crap|himself|herself|themselves; talking|talks|eat shit;
        talking|utter|complete|absolute nonsense; talking crap; load of
        crap|bull|bollocks|nonsense|old; bunch of crap|idiots|morons|clowns|liars|losers; utter shite;
        mumbo jumbo; incoherent rambling; raving lunatic; virtue signaling|signalling; screw|fuck ups;
        fuck|cock|balls|ballsed|cocked|mess|messes|riled|shut up; short sighted; tone deafness; in
        poor|bad taste; poor|bad taste; anti democratic; stacked against; heart breaking; gut
        wrenching; absolutely gutted; bummed out; so bummed;
        ticked|teed|cheesed|hacked|brassed|fuck|f|piss|bugger off; pet peeve; worked up over; up in
        arms; hopping mad; going mental; losing|lost it; at my wit's|wits end; wit's|wits end; end of
        my rope|tether; last|final straw; had it with; had it up to here; enough is enough; enough
        already; give me a break; gimme a break; give it a rest; give it up already; get a life; get
        lost|stuffed|real; get over yourself|it; go to hell; go fuck|screw yourself; piss me off; up
        yours; bite me; kiss my ass; my ass; shut the fuck|hell up; shut your mouth; who cares; no one
        asked; nobody asked; what's|whats the point; why bother; why even bother; what a
        pity|dick|clown|tool|loser|prick|jerk|moron|farce|sham|bore|drag; what a load|bunch|piece of;
        what an idiot|ass|asshole
        """,
    ),
    "hopes that were not met": (
        -1.4,
        """
        choked; chokes; bottlers; thrashed; outplayed; outclassed; sloppy; sloppiness; wasteful;
        overpaid; cheated; jinx; jinxed; unlucky; hating; dissatisfied; dissatisfaction;
        dissatisfying; discontent; displeased; displeasure; unimpressed; disappointing;
        disappointingly; disappoints; disappoint; disappointment; disappointments; regrettably; alas;
        dealbreaker; copout; choke artist; bottled it; bottle jobs; embarrassing|shocking performance;
        embarrassing|tough|heartbreaking loss; bad
        loss|call|calls|officiating|form|luck|day|week|timing|idea|move|decision|choice|choices|news;
        poor performance|display|decision|choice; shocking|woeful|sloppy defending; terrible
        defending|call|refereeing|officiating|day|idea|decision|news; sloppy play; toothless attack;
        sack|fire|bench him; fire the coach; over paid; prima donna; we were robbed; got|been robbed;
        horrible|blown call; blind ref; injury prone; inconsistent form; out of form; relegation
        fodder; tough|hard|my luck; worst luck|week|year|night|timing|feeling|mistake; just my luck;
        of all days; horrible|awful|rough|shitty|crappy day; rough week|night; hate when|it|being;
        hate it when; i hate; hates me; can't stand|bear|deal|cope; cannot|couldn't stand; can't take
        it anymore; can't take this; do|did|does not like; don't|didn't|doesn't like; not a fan; not a
        big|huge fan; never been a fan; no fan of; not fond of; not
        keen|nearly|convinced|comfortable|clean|interesting|interested|reliable|accurate|durable|sturdy|recommended|enjoy;
        not keen on; wasn't impressed|great|good|worth; weren't impressed|good; less than
        impressed|impressive|ideal|stellar|great|satisfactory; far from perfect|ideal|good|great|it;
        anything but; not for me; not my thing|favorite; not my cup of tea; not as
        good|great|nice|funny|comfortable; not as good|big as; not nearly as good; not even close;
        nowhere near; nowhere near as good; not|isn't|wasn't the best; not the greatest; aren't good;
        isn't|wasn't very good; doesn't look good|great; isn't worth; not user friendly; didn't|don't
        enjoy; did not enjoy; unhappy with; sorely|sadly|bitterly disappointed; expecting more|better;
        had high hopes; i|really wanted to like|love; wanted to like|love this; sad|sorry|hate to say;
        hate to admit; was better before; better before; down the tubes|pan; to the dogs; gone|turned
        to shit; gone to the dogs; lost its charm|touch; got|gets old fast; got|getting old;
        wore|wears|wearing|worn thin; wears|rips off; rubs|rubbed me the wrong way; left|leaves a bad
        taste; left a sour taste; bad taste in my mouth; sour taste; makes me want to scream|cry;
        makes my blood boil; blood boil; boils my blood; makes|made me cringe;
        drives|driving|drive|drove me crazy; drives|driving|drove me nuts; drives|driving me
        mad|insane; does|doing my head in; want to scream|cry|punch; about to lose it; so
        boring|stupid|dumb|ugly|lame|gross|wrong|unfair|sad; so tired|sick of; so over this|it; over
        it already; too much hassle; no bueno; horrible|stupid idea; dumb move; stupid decision; wrong
        choice; awful|sad news; big|huge|biggest|colossal mistake; made|was a mistake; big no; big no
        no; deal breaker; red flag|flags; nail in the coffin; drives me up the wall; up the wall;
        thorn in my side; kiss of death; recipe for disaster; disaster|accident waiting to happen;
        ticking time bomb; slippery slope; cop out
        """,
    ),
}
"""What is said of what is bad, by what it is mostly said of, each part with its weight."""

MERITS: dict[str, tuple[float, str]] = {
    "decent": (
        1.2,
        """
        decent; decently; respectable; passable; watchable; likable; likeable; serviceable; handy;
        nifty; neat; snazzy; zippy; peppy; comfy; comfier; comfiest; cosy; cozy; cozier; snug;
        spacious; tidy; spotless; spotlessly; immaculate; immaculately; pristine; crisp; crisply;
        refreshing; refreshingly; breezy; easygoing; unpretentious; unfussy; straightforward;
        foolproof; affordable; inexpensive; economical; worthwhile; legit; solid; solidly; dependable;
        dependably; durable; sturdily; rugged; robust; neatly; capably; competently; adeptly; deftly;
        smoothly; seamlessly; effortlessly; effortless; seamless; fluidly; flawlessly; faultless;
        faultlessly; easy going; laid back; down to earth; no nonsense|regrets;
        hassle|pain|stress|trouble|fuss|glitch free; user friendly; simple to use; simple|easy to set
        up; easy to use|install|clean|read|follow|assemble|navigate|learn; a
        breeze|doddle|cinch|steal|bargain; piece of cake; such a steal; real|good bargain; value for
        money; bang for your|the|my buck; bang for buck; reasonably|fairly priced; well
        priced|crafted|executed|acted|balanced|rounded|seasoned|cooked|paced|stocked|organized|organised|run|maintained|kept|presented|lit|deserved|earned|said|put;
        cost effective; definitely|certainly|absolutely worth; worth a look|watch|try|shot|visit;
        worth watching|reading|seeing|owning|having; worth checking out; not half bad; not too shabby;
        can't complain; nothing to complain about; nothing but praise|good; zero regrets; haven't
        looked back; won't regret it; won't regret; you won't regret; won't be disappointed; will not
        be disappointed; didn't|doesn't|never disappoint; did|does not disappoint; rarely disappoints;
        does what it says; does|did the trick; did the job; gets|got the job done; does its job;
        fits|fit the bill; just|exactly what i needed; exactly|just what i wanted; just|exactly as
        described; as advertised|expected|promised; just right; just the right; spot on; on
        point|fleek; on the money; hard wearing; long lasting; built to last; built like a tank; holds
        up; holds|held up well; held up great; stood|stands the test of time; going strong; still
        going strong; well thought|laid out; well put together; nicely done|made; without a
        hitch|glitch; without any issues|problems; without fail
        """,
    ),
    "excellent": (
        2.0,
        """
        commendable; commendably; praiseworthy; noteworthy; laudable; admirable; admirably; estimable;
        creditable; topnotch; badass; kickass; bitchin; gnarly; rad; banger; bangers; bops; bop;
        slays; slayed; godsend; lifesaver; gamechanger; mindblowing; breathtaking; breathtakingly;
        awestruck; wowed; wows; dazzling; dazzled; dazzles; dazzlingly; mesmerizing; mesmerising;
        mesmerized; mesmerizes; spellbinding; spellbound; enthralling; enthralled; enthralls;
        captivating; captivated; captivates; captivatingly; bewitching; beguiling; enchanting;
        enchanted; enchants; entrancing; transfixed; ravishing; scrumptious; sublime; sublimely;
        exquisite; exquisitely; divine; heavenly; luscious; glorious; gloriously; majestic;
        magnificent; magnificently; splendid; splendidly; resplendent; spectacular; spectacularly;
        stellar; sterling; superlative; supremely; peerless; matchless; unparalleled; unrivaled;
        unrivalled; unsurpassed; unbeatable; unmatched; incomparable; chuffed; stoked; psyched;
        buzzing; giddy; ecstatic; elated; overjoyed; jazzed; dreamy; dreamlike; first rate; top tier;
        top|high|highest quality; world class; big thumbs up; thumbs up; bees|bee's knees; cat's
        meow|pajamas; dog's bollocks; chef's kiss; cherry on top; icing on the cake; the real deal;
        real deal|winner|gem|treat|pleasure; da bomb; kick|kicks|kicked ass; wicked good|cool;
        dope|lit af; a
        bop|winner|keeper|gem|treat|pleasure|joy|delight|blast|hoot|riot|blessing|godsend|lifesaver;
        absolute banger|unit|gem|joy|delight;
        killing|killed|crushed|crushing|crushes|nailed|nails|nailing|smashed|smashing|aced it;
        knocked|knocks it out of the park; out of the park; hit it out; hits the spot|mark; hits|hit
        home; hit the mark; hits all the right notes; strikes the right; struck|strikes a chord;
        ticks|ticked|tick|checks all the boxes; clear winner; hidden|little gem; such a
        treat|pleasure|joy|delight|blast|blessing; an absolute pleasure; pure joy|delight; had|having
        a blast; a laugh riot; laugh out loud; god send; life changing; changed my life|world; mind
        blowing; blew|blows my mind; blown away; blew|blows me away; knocked my socks off; jaw
        dropping; eye opening; awe inspiring; in a class|league of its own; nothing compares|beats;
        can't beat|fault|thank|rave|praise; cannot beat|fault|thank; hard|tough to beat; can't|cannot
        be beat; can't|cannot|couldn't go wrong; you can't go wrong; can't|cannot|couldn't get enough;
        can't get over how good; can't|cannot say|recommend enough; can't recommend it enough;
        couldn't fault; could not be more pleased; couldn't be more pleased; couldn't have asked for;
        couldn't ask for; could not ask for; best i've; since sliced bread; one of the best|finest;
        one of my favorites|favorite; one of my all time favorites; my favorites|favorite; all time
        favorite; new favorite; my go to; must read|watch|try; do yourself a favour; treat yourself;
        run don't walk; go see it|this; buy it|this now; buy two; just buy it; you need this;
        heartily|wholeheartedly|thoroughly recommend; thoroughly|really|so enjoyed; thoroughly|really
        enjoy; really enjoying; enjoyed|loved every; enjoyed every minute; loved every
        minute|second|moment; in love with; fell in love; falling in love with; head over heels; over
        the moon; on cloud nine; tickled pink; pumped for; in awe|heaven; like a
        dream|charm|champ|glove|pro|boss; a dream come true; dream come true; fits|fit like a glove;
        like magic; works|worked|did|does wonders; works like magic; works|worked a treat; went down a
        treat
        """,
    ),
    "good food": (
        1.4,
        """
        edible; juicy; succulent; crispy; crunchy; creamy; velvety; silky; fluffy; zesty; zingy;
        tangy; piquant; smoky; buttery; homemade; homecooked; hearty; wholesome; nourishing;
        nutritious; filling; satisfying; satisfyingly; satisfies; plentiful; bountiful; flaky pastry;
        piping hot; freshly made|baked|cooked|squeezed; fresh ingredients; so|super|very|always fresh;
        home made|cooked|cooking; generous|huge|large|big|good portions; generous portion; portions
        are huge|generous; perfectly cooked|seasoned|balanced; cooked|seasoned perfectly; cooked|done
        to perfection; just the right amount of
        """,
    ),
    "delicious food": (
        2.3,
        """
        tasty; tastier; tastiest; delish; deliciously; deliciousness; yum; yumm; yummm; yummiest;
        yumminess; mmm; mmmm; mouthwatering; flavorful; flavourful; flavorsome; flavoursome;
        delectable; scrummy; toothsome; ambrosial; moreish; morish; addictive; addicting; foodgasm;
        nom nom; mouth watering; finger licking; lip smacking; full of flavor|flavour; bursting|packed
        with flavor|flavour; great|amazing|good|rich flavor; great flavour; so much flavor; so
        addictive; melt|melts in your mouth; melted in my mouth; to die for; food coma; licked the|my
        plate; cleaned my plate; second helping; went back for seconds; craving more; comfort food at
        its best; cooked just right; cooked right
        """,
    ),
    "places": (
        1.6,
        """
        scenic; picturesque; idyllic; quaint; charming; charmingly; homey; welcoming; inviting;
        hospitable; ambience; ambiance; vibey; vibrant; cosmopolitan; walkable; luxurious;
        luxuriously; lavish; lavishly; plush; opulent; sumptuous; sumptuously; palatial; swanky;
        upscale; classy; chic; oasis; haven; paradise; unforgettable; memorable; unspoiled; unspoilt;
        tranquil; serene; soothing; restful; relaxing; rejuvenating; invigorating; homely|luxury feel;
        great atmosphere|ambience|vibe|vibes|location|views|view; good|lovely|nice|buzzing atmosphere;
        vibe is great; good vibes; family|kid|dog friendly; centrally|well located;
        perfect|ideal|good|excellent|handy location; stunning|amazing|gorgeous|beautiful|breathtaking
        views; amazing view; spotlessly|very|super|so|sparkling clean; clean and tidy|comfortable;
        heaven on earth; slice of heaven; home away from home; home from home; felt|feel at home;
        feels like home; made us|me feel welcome; felt|feel welcome; would|will|definitely stay again;
        we'll|i'll be back; coming back for more; keep|kept coming back; keeps me coming back; bucket
        list; trip of a lifetime; once in a lifetime
        """,
    ),
    "service": (
        1.8,
        """
        courteous; courteously; gracious; graciously; attentive; attentively; accommodating; obliging;
        personable; affable; amiable; genial; amicable; congenial; approachable; warmhearted;
        hardworking; diligent; diligently; conscientious; conscientiously; meticulous; meticulously;
        painstaking; thorough; thoroughness; knowledgeable; knowledgable; informative; insightful;
        articulate; eloquent; proficient; adept; skillful; skilful; skillfully; skilfully; masterful;
        masterfully; efficient; efficiently; responsive; punctual; timely; proactive; resourceful;
        ethical; upfront; trustworthy; reputable; honorable; honourable; devoted; compassionate;
        empathetic; empathic; considerate; thoughtful; thoughtfully; selfless; kindhearted; kindest;
        sweetest; nicest; loveliest; friendliest; politest; cheerfully; cheery; smiley; bubbly;
        upbeat; superstar; rockstar; legend; legendary; bravo; kudos; warm|big|kind hearted; warm and
        friendly; good natured; well mannered|informed; soft spoken; hard working; above board;
        couldn't do enough; couldn't be more helpful; went out of his|her way; out of their|her|his
        way to; the extra mile; extra mile; bent|bend|bends over backwards; put me|us at ease; at
        ease; took|take|takes good care; took great care; took care of me|us; take care of you; in
        good|safe hands; a pro|legend; true|consummate professional; true|real professionals; an
        absolute star; absolute|rock star; absolute legend; an angel; saved my bacon; made my year;
        made her|his day; made us|me smile; makes me smile; puts|put|brought a smile; restored my
        faith; faith in humanity; tip of the hat; hats|hat's off; take a bow; big ups; much|mad|huge
        respect; nothing but respect
        """,
    ),
    "films, books and shows": (
        2.0,
        """
        riveting; rivetting; riveted; gripping; gripped; engrossing; engrossed; absorbing; absorbed;
        immersive; engaging; engagingly; compelling; compellingly; bracing; exhilarating;
        exhilaratingly; exhilarated; electrifying; nailbiting; suspenseful; taut; tautly; pageturner;
        unputdownable; bingeworthy; binged; surpassed; surpasses; delightfully; heartfelt;
        heartwarming; heartwarmingly; feelgood; uplifting; upliftingly; touching; touchingly;
        movingly; tearjerker; sobbed; poignant; poignantly; poignancy; bittersweet; haunting;
        hauntingly; thoughtprovoking; profound; profoundly; soulful; soulfully; sincere; tenderly;
        tenderness; evocative; evocatively; atmospheric; lyrical; lyrically; lyricism; poetic;
        poetically; luminous; incandescent; lushly; beautifully; gorgeously; finely; lovingly; artful;
        artfully; artistry; masterpiece; masterpieces; masterwork; masterstroke; masterclass; triumph;
        virtuoso; virtuosic; virtuosity; bravura; brilliantly; superbly; wonderfully; terrifically;
        marvelously; marvellously; fabulously; impeccably; impeccable; consummate; accomplished;
        polished; nuanced; nuance; subtle; subtly; subtlety; understated; believable; believably;
        convincing; convincingly; realistic; plausible; relatable; authentic; authenticity; lifelike;
        richly; multilayered; originality; inventive; inventively; inventiveness; imaginative;
        imaginatively; ingenious; ingeniously; ingenuity; innovative; groundbreaking; trailblazing;
        visionary; offbeat; quirky; whimsical; whimsy; playful; playfully; mischievous; slyly; droll;
        drolly; deadpan; wry; wryly; witty; wittily; wittier; wittiest; satirical; incisive;
        trenchant; perceptive; astute; astutely; wisely; unflinching; unsparing; gutsy; audacious;
        daring; boldly; fearless; fearlessly; uncompromising; raucous; rollicking; uproarious;
        uproariously; sidesplitting; hysterical; hysterically; hilariously; funniest; entertaining;
        entertainingly; entertains; diverting; rousing; rousingly; stirring; stirringly; spirited;
        spiritedly; exuberant; exuberantly; exuberance; effervescent; sparkling; sparkles;
        scintillating; energetic; energetically; kinetic; winningly; winsome; irresistible;
        irresistibly; disarming; disarmingly; ingratiating; endearing; endearingly; lovable; loveable;
        lovably; beloved; adored; cherished; treasured; timeless; timelessness; enduring; iconic;
        seminal; quintessential; definitive; standout; standouts; showstopper; showstopping; shines;
        shone; excels; excelled; elevates; soars; soared; soaring; resonates; resonated; resonant;
        resonance; acclaimed; underrated; powerhouse; knockout; rewatch; rewatchable; reread;
        replayable; grips|draws|sweeps|transports|hits you; pulse pounding; heart
        pounding|stopping|felt|warming; edge of my|your|the seat; on the edge of my seat; nail
        biting|biter; white knuckle; fast paced; fast|deeply|so|very moving; action packed;
        thrill|fun|wild ride; page turner; couldn't|can't|cannot put it down; could not put it down;
        couldn't put down; couldn't put this down; can't|couldn't put this book down; put it down
        once; couldn't stop reading|watching|laughing; can't stop
        watching|listening|playing|laughing|smiling|eating; can't stop thinking about; couldn't|can't
        look away; couldn't|can't take my eyes off; glued to the screen; glued to my seat;
        hooked|drew|transported|moved me; had me hooked|crying|laughing; got me hooked; kept me
        hooked|guessing|interested|entertained|laughing; hooked on; i'm|am|so|was hooked; binge|oscar
        worthy; binged it; keeps you|me guessing; keeps your interest|attention; kept my
        interest|attention; held my attention; holds your attention; holds the interest; keeps you
        entertained; drew|sucked|pulled me in; draws|sucks|pulls you in; swept away; swept me away;
        carries you along; never|not a dull moment; no dull moments; never dull|boring; left me
        wanting more; leaves you wanting more; wanting|wanted|deserves more; want more of this; want a
        sequel; bring on the sequel; lived|lives|live up to the hype; lives|lived up to; lives up to
        its; exceeded|exceeds|surpassed my expectations; exceeded all expectations; exceeded all my
        expectations; exceeded|exceeds expectations; better than expected|advertised; better than i
        expected|thought; better than i had hoped; better than the original; even better than;
        pleasant|nice surprise; surprisingly good|well|easy|comfortable;
        surprisingly|so|too|very|really|genuinely funny; feel good; feel good movie; life affirming;
        moved to tears; brought me to tears; brought|brings tears; tear jerker; had me in
        tears|stitches; ugly cried; stayed|stuck with me; stays|stay|sticks with you; thought
        provoking; makes you think; food for thought; sincerely felt; visually
        stunning|striking|arresting|beautiful; beautifully
        shot|filmed|written|acted|made|done|told|crafted|designed; finely crafted|tuned|wrought; a
        masterpiece|triumph|knockout; magnum opus; master class; tour de force;
        brilliantly|superbly|wonderfully acted; brilliantly|sharply written; self assured; true to
        life; fully realized|realised; fleshed|stand|stands|stood out; well developed|drawn; rich
        characters; richly drawn|detailed; multi layered; strikingly|highly original; ground breaking;
        fresh|refreshing take; razor sharp; sharp|quick witted; sharp writing; sharply observed;
        tongue in cheek; biting satire; humane film; side splitting; laugh riot; belly laughs|laugh;
        lots|plenty|full of laughs; laughed out loud; laughed|laughing so hard; laughed my ass off;
        laughed until; cracked|cracks me up; in stitches; comic|comedy|pure|solid gold; made|makes me
        laugh; made us laugh; funny as hell; funny af; laugh a minute; high energy;
        frenetic|escapist|harmless|good|great|pure fun; guilty pleasure; loads|tons|lots of fun; so
        much fun; hell of a ride; fun for the whole family; fun for all ages; crowd pleaser|pleasing;
        winning|powerhouse performance; instant|modern|cult classic; an instant classic; show
        stopper|stopping; scene stealing; steals|stole the show; steals|stole every scene;
        shine|shines through; shines brightly; elevated by; pays|paid off; packs|pack|packed a punch;
        packs a wallop; rings|ring|rang true; speaks|spoke to me; speaks volumes; award|prize winning;
        critically acclaimed; deserves an oscar|award; deserves all the; deserves better recognition;
        under rated; criminally|so underrated; overlooked gem; sleeper|smash|huge|big hit; was|is a
        hit; a|big hit with; hit with my|the; tour de force performance; career best; at
        his|her|their|its best; at its finest; in|on top form; back in form; return to form; back with
        a bang; can't go wrong with; could watch this|it; watch|watched|read it again; watch|read
        again; watched|read it twice; watch over and over; re watch|read; will read again; replay
        value; on repeat|loop; favorite book|movie|film|song|show|series|author|character|part
        """,
    ),
    "music and sound": (
        1.8,
        """
        catchy; catchiest; catchily; danceable; headbanging; groovy; funky; melodic; melodious;
        tuneful; harmonious; dulcet; mellifluous; sonorous; earworm; anthemic; vibing; choon;
        goosebumps; shivers; aoty; goty; toe|foot tapping; foot stomping; crystal clear;
        rich|clear|great|amazing|good sound; sounds great|amazing|awesome|fantastic|good|beautiful;
        sounded great|amazing; sound quality is great|excellent; my jam; vibing to; what a tune;
        absolute tune; fire track; straight|pure fire; goose bumps; gave|gives me chills; shivers down
        my spine; spine tingling; hair raising; on replay; no skips; great|amazing|best album;
        album|song|movie|film|book|game of the year; music to my ears; killer
        riff|riffs|track|tunes|album
        """,
    ),
    "games": (
        1.8,
        """
        replayability; blissful; bliss; hyped; gg; ggs; goated; poggers; pogchamp;
        addictive|great|fun|solid gameplay; buttery|silky|butter smooth; smooth as butter|silk; runs
        smoothly|perfectly; runs|plays|looked|felt great; runs like a dream; plays well; looks
        great|amazing|awesome|fantastic|gorgeous|incredible|stunning|beautiful|fabulous|good|nice|better|perfect;
        looked amazing|stunning|beautiful; hours of fun|entertainment; endless fun; endless hours of
        fun; pure bliss; so hyped; hyped for; hype is real; polished|underrated game; challenging but
        fair; legit good; graphics are amazing|great; amazing|great|beautiful|gorgeous|stunning
        graphics; tight controls; feels great|amazing|good|nice|solid|premium|right|natural|luxurious;
        felt amazing
        """,
    ),
    "things and software": (
        1.8,
        """
        bulletproof; bombproof; indestructible; unbreakable; sleek; sleeker; sleekest; stylish;
        stylishly; elegant; elegantly; slick; slickly; slickest; snappy; snappier; superfast; speedy;
        speedier; intuitive; intuitively; ergonomic; ergonomically; versatile; versatility;
        customizable; lightweight; timesaver; sturdily|solidly built; rock solid; solid
        build|construction|quality; bomb proof; heavy duty; high end; premium|superior quality;
        premium|quality feel; quality is great|excellent|amazing|superb; superior to;
        blazing|blazingly|lightning|crazy|ridiculously|charges fast; lightning quick; multi purpose;
        feature rich; packed with features; full featured; light weight; space saving;
        super|very|whisper|so quiet; energy efficient; long|great|amazing battery life; battery lasts;
        battery lasts all day; lasts all day; lasts forever|longer; lasts for days|ages; lasted for
        years; lasted years|longer; holds a|its charge; holds a great charge; charges quickly; quick
        charge; works brilliantly|amazingly; works as it should; works every|first time; worked first
        time; works right out of the box; right|straight out of the box; plug and play; problem free;
        installed|installs easily; set up in minutes|seconds; minutes to set up; five minutes to set
        up; fit perfectly|great; perfect
        fit|addition|gift|present|for|size|length|color|weight|condition; great
        fit|picture|screen|buy|purchase|investment|addition|gift|present|for|improvement|upgrade|condition;
        good fit|buy|purchase|investment|condition; nice|lovely|snug fit; fits just right; true to
        size; runs true to size; sharp|crisp|amazing picture; picture is great; picture quality is
        great|amazing; vivid|vibrant colors|colours; bright and clear;
        bright|gorgeous|beautiful|lovely screen; clear|easy instructions; easy to understand; easy to
        put together; simple to install; incredibly easy; makes life easier|easy; makes|made it easy;
        time saver; saves me time|hours|money; saves time|money; saves so much time; saved me money;
        money well spent; well spent|pleased; excellent buy|purchase|for|condition; best
        buy|investment|money; worthwhile|wise investment; unbeatable price; cheap and cheerful;
        what|such a deal; welcome|nice addition; wonderful gift; ideal|fantastic for; ideally suited;
        suits me; suits|meets|met my needs; meets all my needs; meets|met expectations; met my
        expectations; met all my expectations; right size; just the right size; can't|couldn't live|do
        without; don't know how i lived without; how did i live without; wish i'd bought it sooner;
        wish i had bought this sooner; wish i had found; should have bought this|it sooner; should
        have bought one years ago; bought|ordered|buying another; bought a second; bought|ordered two
        more; bought several; will|would purchase again; buy|order again; repeat|loyal|happy|satisfied
        customer; repeat purchase; customer|fan for life; a|big|huge|massive fan; happy camper;
        delivers|delivered on; delivers the goods; delivers exactly; no fuss;
        an|big|huge|massive|vast|noticeable|major improvement; step up; huge|massive|nice|worthy
        upgrade; better than ever; like new; good as new; brand new condition; mint condition
        """,
    ),
    "clothes, beauty and health": (
        1.7,
        """
        flattering; flatteringly; slimming; fashionable; trendy; cute; cutest; cutely; adorbs;
        adorably; dainty; dressy; dapper; breathable; stretchy; softest; cuddly; toasty; compliment;
        fragrant; glowing; dewy; moisturising; effectively; relieves; soothes; soothed; eases;
        miraculous; miraculously; figure flattering; sharp looking; on trend;
        drapes|hangs|washes|washed|wears|healing|slept well; drapes|hangs beautifully;
        so|super|very|incredibly|buttery|baby soft; keeps|kept me warm; lots|tons of compliments; so
        many compliments; many|get|got|gotten|receive|received compliments; compliments every time;
        incredibly comfortable; comfortable to wear; holds|kept its shape; looks expensive; looks more
        expensive; smells amazing|great|good|lovely|divine|fantastic|wonderful|heavenly|delicious;
        smelled|feel|feeling amazing; lovely smell; lovely|great|beautiful|nice scent; non|not greasy;
        doesn't irritate; cleared up my; cleared my skin; silky smooth skin; very|highly effective;
        worked for me; works wonders for; helped|helps a lot; helped|helps so much; helped
        tremendously|immensely; really helps|helped|works|worked; actually|it|this works; actually
        worked; does|they work; no|few|minimal side effects; pain is gone; pain went away; no more
        pain; relieved my; great|instant|huge relief; what a relief; feel like myself;
        feel|feeling|felt|feels|sleep|sleeping|slept better; feel|feeling great; feel fantastic;
        slept|sleep like a baby; best sleep; good|great night's sleep; miracle worker|cure; wonder
        drug; a miracle; life saving; gave|given me my life back; got my life back; thank god|goodness
        for; thank heavens; made|makes a difference; made|makes a huge|big difference; huge|noticeable
        difference; world of difference; difference was night and day; night and day
        """,
    ),
    "people and what they do": (
        1.8,
        """
        honest; integrity; principled; upstanding; heroic; heroically; heroism; inspiration;
        inspirational; inspiring; yass; yasss; prodigy; genius; gifted; talented; brainy; clever;
        cleverly; cleverest; shrewd; courage; courageous; courageously; brave; bravely; bravest;
        plucky; gallant; valiant; valiantly; valor; resilient; resilience; tenacious; unstoppable;
        statesmanlike; dignified; poised; levelheaded; evenhanded; tolerant; benevolent; charitable;
        generously; generosity; magnanimous; humble; humbly; humbled; humility; unassuming; rightful;
        rightfully; amen; preach; impressively; amazingly; awesomely; awesomeness; epicness;
        greatness; loveliness; gorgeousness; honestly great; straight talking|talker|shooter;
        man|woman of integrity; decent man; decent|great human being; good
        man|woman|guy|guys|call|decision|move|choice|news|read|article|point|points; great
        guy|man|woman|person|human|win|victory|call|decision|move|choice|news|read|article|piece|post|blog|speech|point|points;
        wonderful person|human|people; beautiful soul|person; amazing person|woman|man|human; class
        act; pure|sheer|all class; touch of class; heart of gold; salt of the earth; true|a gentleman;
        true|real|my|unsung hero; role model; great role model; an|true inspiration; such an
        inspiration; inspires|inspired me; the goat; a|pure|sheer genius; stroke of genius; so
        talented|deserved|true|cute|beautiful|pretty|perfect|amazing|awesome; very
        talented|true|impressive; multi talented; such|natural talent; whip smart; with dignity; level
        headed; fair|open minded; even handed; landslide|historic|massive|deserved win;
        landmark|historic|huge victory; well fought|won; deserved|deserves|loves|enjoy|enjoyed it;
        rightly so; and rightly so; justice served; justice is served; right call|decision; wise
        decision; smart move|choice; excellent choice|idea|read|article|point; perfect choice;
        brilliant idea|work|speech; fantastic idea;
        fantastic|wonderful|amazing|excellent|best|awesome|brilliant|happy|exciting news;
        outstanding|superb job; outstanding work; fascinating|interesting read; powerful speech; makes
        a good point; hear hear; couldn't agree more; could not agree more; totally|completely agree;
        hell|heck|fuck|oh yes; hell|heck|fuck yeah;
        damn|bloody|insanely|crazy|ridiculously|stupidly|unbelievably|incredibly|amazingly good; damn
        fine|right|impressive; pretty|so damn good; so fucking good; fucking
        awesome|amazing|great|brilliant;
        fucking|freaking|effing|bloody|really|just|so|totally|i|we|kids love; freaking
        awesome|amazing; bloody brilliant|amazing|marvellous; absolutely
        love|loved|loving|adore|brilliant|amazing|fantastic|gorgeous|stunning|beautiful|delicious|perfect|wonderful|hilarious;
        really|just|totally|i|we|she|he|kids|everyone|family loved; really like|liked; love love love;
        she|he|everyone|family|husband|wife|son|daughter|dog|cat|mom loves; my kids love; like it a
        lot; too|super cute; pretty awesome|amazing|sweet|impressive
        """,
    ),
}
"""What is said of what is good, likewise."""
