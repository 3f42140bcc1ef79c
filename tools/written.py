# ruff: noqa: E501 (a grammar reads best with one rule a line)
"""Texts of our own making to train the judge on: how customers complain, ask and thank, in a grammar written by hand.

Nothing is copied from a data set. `written(count, seed)` draws labelled texts; the same seed gives the same texts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

SLOTS: dict[str, str] = {
    "n": "2|3|4|5|6|7|8|10|12|two|three|four|five|six|20|45|30|a couple of|several",
    "dur": "{n} hours|{n} hrs|{n} days|{n} weeks|{n} minutes|{n} mins|over an hour|a week|a month|{n} months|almost {n} hours|more than a week|half the day|the whole morning|{n}+ hours|{n} hours and counting|ages|all day",
    "thing": "flight|order|package|parcel|refund|delivery|bag|luggage|card|payment|account|booking|reservation|internet|broadband|phone|line|router|app|ticket|claim|subscription|transfer|train|upgrade|replacement|prescription|bill|seat|deposit|device|laptop|voucher|appointment|suitcase|contract|login|statement|install",
    "item": "phone|laptop|headphones|dress|shoes|charger|speaker|cable|tv|watch|camera|jacket|vacuum|kettle|printer|tablet|controller|mattress|blender|keyboard|boots|coat|battery|screen|case|earbuds|router|bag|sofa",
    "dev": "phone|laptop|tablet|watch|tv|battery|screen|keyboard|update|app|browser|console|charger|headset|wifi|camera|new version|website|map|speaker|software|latest update|operating system|store app|messages app|music player|email|server",
    "team": "customer service|customer support|support|your team|your agent|the rep|the desk|the call centre|the helpline|your staff|the driver|the crew|the gate agent|the store|your chat|the manager|the technician|the branch|reservations|the front desk|the courier",
    "place": "boston|denver|london|dallas|chicago|la|manchester|newark|the airport|miami|jfk|dublin|phoenix|seattle|leeds|austin|the store|toronto|philly|charlotte|new york|atlanta|orlando|home",
    "reach": "call|email|message|chat|tweet|dm|phone|write|ring",
    "reached": "called|emailed|messaged|phoned|tweeted|written to|rung|dm'd|contacted",
    "day": "monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|this weekend|next week|christmas|the 14th|march|june|this morning|next month",
    "past": "yesterday|last week|on monday|last month|this morning|on friday|last night|{n} days ago|{n} weeks ago|an hour ago",
    "money": "$50|$25|$200|$400|£30|£120|$75|$15|$1,200|€60|$99|a fee|twice|double|for a seat|for a bag|for something i never ordered|full price|extra",
    "feel": "ridiculous|unacceptable|a joke|not good enough|so frustrating|very disappointing|poor|shocking|beyond annoying|terrible|awful|pathetic|disgraceful|absurd|infuriating|not ok|insane|bad business|no way to treat people|not acceptable",
    "angry": "{feel}|#fail|#badservice|#neveragain|not happy|fed up|smh|wtf|come on|so done|do better|ugh|:(|fuming|what a mess|sort it out|disappointed|this is {feel}|get it together|terrible service|worst experience|really?|unbelievable|thanks for nothing|great job...|nice work, not|what a shame|what is going on|i want a refund|never again|shame on you",
    "brand": "BRAND|brand|you guys|this company|BRAND|brand",
    "ask": "can you help|please help|please advise|any ideas|help please|can someone help|what can i do|please fix|any update|please respond",
    "great": "great|awesome|amazing|fantastic|excellent|brilliant|wonderful|lovely|superb|perfect|the best|outstanding|incredible",
    "pperson": "the crew|your agent|the driver|your team|the lady at the desk|the guy in the store|your support|the pilot|the staff|the flight attendant|the technician|your rep on the phone|the social team|the waiter|everyone at the branch",
    "feat": "dark mode|an export button|more storage|offline mode|a student discount|more legroom|a bigger size|usb c|a widget|split screen|more colours|a family plan|parking|more routes|wifi on board",
    "person": "my mum|my wife|my husband|my dad|my son|my daughter|my friend|a colleague|we",
    "broke": "stopped working|died|broke|won't turn on|won't charge|fell apart|cracked|keeps crashing|keeps freezing|went dead|quit on me|won't connect|overheats|lost its signal|started leaking|came apart|won't pair|shut off|snapped",
}

NEGATIVE = """
still waiting for my {thing} after {dur}
{dur} on hold and still nobody answers
been on hold for {dur}. {angry}
{dur} for my {thing}. {angry}
my {thing} is still not here and nobody can tell me why
my {thing} has been delayed again, now {dur} late
my {thing} was cancelled with no notice
{thing} cancelled, {dur} in a queue and no one to talk to
no update on my {thing} for {dur}
why is my {thing} still pending after {dur}?
where is my {thing}? ordered it {past} and it never came
where's my {thing}? tracking hasn't moved in {dur}
i have {reached} {n} times and no reply
{reached} {team} {n} times about my {thing}, nothing
{team} hung up on me after {dur}
{team} never replied
{team} told me one thing and then did another
{team} said it would take {dur}. it has been {dur}
{team} was so rude. {angry}
{team} has no idea what they are doing
{team} doesn't care
no one at {team} picks up the phone
can't get through to {team}
tried to {reach} you all day, line is dead
your website won't let me change my {thing}
your app won't let me log in. {angry}
your site is down again
site keeps crashing when i try to pay
can't log in to my account, been like this since {past}
i can't check in online, error every time
the app logs me out every five minutes
error message every time i try to book
{dev} keeps crashing since the update
my {dev} won't connect anymore
{dev} is so slow since the new version
{dev} is broken again. fix it
the new {dev} drains the battery in {n} hours
bought a {item} and it {broke} after {dur}
{item} {broke} after {dur}
my {item} arrived broken
received the wrong {item} and now they want me to pay to return it
the {item} is not as described
the {item} doesn't fit and returning it costs more than it's worth
the {item} feels cheap and {broke}
save your money, the {item} {broke} in {dur}
would not buy this {item} again
returned the {item}, it never worked
paid for next day delivery, still no {thing}
paid {money} for nothing
charged {money} for my {thing}? {angry}
you charged me {money} and won't give it back
i was charged {money} and nobody will explain why
you took {money} from my account without permission
overcharged again. third month in a row
my bill went up again and the service is worse
want my money back
refund was promised {dur} ago, nothing yet
i was told my refund would come {past}. still nothing
you lost my {thing} and all i get is an automated email
you lost my bag and nobody in {place} knows where it is
my bag is in {place} and i am not
bag is still in {place}, no call, no help
stuck in {place} because of you
stuck on the runway for {dur}
sitting on the plane for {dur} with no air and no water
missed my connection because you left {dur} late
missed my {thing} because of your delay
rebooked for {day}? that is two days away
we will miss a wedding because you cancelled our {thing}
{person} sat in the cold for {dur} because the driver never showed up
nobody met {person} at {place} although we booked assistance
driver marked it as delivered but there is nothing here
driver left my {thing} in the rain
the driver didn't even knock
engineer never turned up, took a day off work for this
no internet for {dur}
internet down again, third time this week
no signal at {place} since {past}
i pay for fast broadband and get dial up speeds
last time i use {brand}
never flying with you again
never ordering from {brand} again
switching to someone else as soon as my contract ends
i am done with {brand}
cancelling my {thing} today, worst company ever
i will be taking my business elsewhere
how is this acceptable?
how hard is it to answer the phone?
how long does it take to send a {thing}?
how many times do i have to {reach} before someone answers?
why do you even have a support account if you ignore everyone
why can't you just fix it
why was my {thing} cancelled?
why does it take {dur} to get a {thing}
why did nobody tell us the {thing} was cancelled
do you ever answer your phones?
does anyone work there?
is anyone going to help or not?
are you going to respond or just ignore me?
are you kidding me, another {dur} delay
really {brand}? {dur} late and no explanation
so {brand} lost my {thing}. again.
great, another delay. thanks {brand}
thanks for losing my bag
thanks for ruining our holiday
thanks for nothing, {brand}
nice of you to cancel my {thing} without telling me
way to treat a loyal customer
another day without {thing}. thanks a lot {brand}
love waiting {dur} for a {thing}... not
good job breaking the {dev} with this update
you changed my seat and split up our family
seats were broken and the screen did not work
plane was filthy and there was no water
no food, no info, no apology
the room was dirty and the heating did not work
food was cold and took {dur}
we waited {dur} for a table we had booked
waiter forgot our order twice
overpriced and bland. won't be back
{brand} is the worst
{brand} sucks
i hate {brand}
{brand} used to be good, now it's {feel}
you should be ashamed
false advertising. {angry}
this is {feel}
{thing} service is {feel}
fraud on my account and you do nothing
someone hacked my account and support ignores me
my card was declined at the till for no reason, so embarrassing
my account is blocked and i cannot pay rent
locked out of my account, been waiting {dur} for a code
you closed my account without telling me
the claim was denied after i paid for years
you keep sending me letters about a debt i don't owe
i asked to cancel and you still bill me
your chat bot is useless
copy and paste answers again
i don't need an apology, i need my {thing}
an apology won't get me to {place}
i was promised a callback {past}. nothing
no callback, no email, no {thing}
do you plan on answering my email from {past}?
your {team} gave me the wrong info and now i have to pay {money}
{brand} just ruined my day
what is the point of tracking if it says nothing
not impressed with {brand}
disappointed in {brand}. expected more
i've been a customer for {n} years and this is how you treat me
no wonder people leave {brand}
{brand} deleted all my photos
the update wiped my {dev}
my {dev} freezes every time i open it
why is the {dev} so expensive
{brand} support is nowhere to be found
two different people, two different answers
it should not take {dur} to fix a {thing}
{n} calls, {n} agents, no answer
it's been {dur}, where is my {thing}
fix your {dev}
you guys need to fix the {dev}
your {dev} hasn't worked since {past}
your {dev} is garbage
trying to change my {thing} for {dur} and the page won't load
can you please answer? waiting {dur} now
please stop sending me emails, i unsubscribed {n} times
no water in the whole building for {dur} and {brand} says be patient
so tired of this {dev}
i feel sick and my {dev} just died
worst day ever
so sad right now
i hate mondays and i hate this rain
people are so selfish, it makes me angry
another shooting, this is heartbreaking
they lost again, what an embarrassment
that movie was boring and way too long
i'm so bored and tired
feeling awful today, head hurts
politicians lie and we pay for it
{brand} shares fall as users complain
{brand} hit by data breach, millions affected
"""

NEUTRAL = """
do you fly from {place} to {place} on {day}?
what time does the store in {place} open on {day}?
do you ship to {place}?
is the {item} available in black?
do you have the {item} in size {n}?
how do i change the name on my {thing}?
how do i add a {thing} to my account?
can i bring a {item} on board?
can i pay with a gift card?
can i use my voucher online?
can i book a {thing} for {day}?
can you dm me please? i have a question
can you follow me so i can dm you
please follow me so i can send the number
dm sent
sent you a dm
just sent you the number
ok will do
my number is {n}{n}{n}
it was from {place} to {place}
from {place} to {place} on {day}
yes, i did
no, just the one
i will check and let you know
is there a phone number for {team}?
what is the number for {team}?
who do i contact about a {thing}?
what is the limit for a {thing}?
what are the opening hours on {day}?
does the {item} come with a {item}?
will the {thing} be on sale on {day}?
when does the sale start?
when will the {item} be released?
when will you start service to {place}?
any plans to open in {place}?
are there any seats left to {place} on {day}?
is the flight to {place} on time?
is {thing} number {n}{n} on schedule?
looking for a {item}, any recommendations?
thinking about getting a {item}
anyone using the new {item}?
which {item} should i get?
what's the difference between the two plans?
how much is a {thing} to {place}?
how much does it cost to add a {thing}?
how long does shipping to {place} take?
would like to know more about the {thing}
i'd like to change my {thing} from {day} to {day}
i need to change my {thing} to {day}
i want to book a {thing} for {n} people
please add {feat}
would be nice to have {feat}
any chance of {feat}?
do you plan to add {feat}?
i wish it had {feat}
watching tv with {person}
off to {place} on {day}
heading to {place} with {person}
at the {brand} store in {place}
just landed in {place}
boarding now to {place}
on my way to {place}
got a new {item} today
bought a {item} {past}
{person} got a {item} {past}
using my {item} to write this
i have a {item} and a {item}
i use it with my {item}
it is a {item} for my {item}
the {item} is {n} inches wide
{brand} announces new {item} link
{brand} to open {n} stores in {place} link
{brand} launches {item} in {place} link
{brand} stock price and analysis link
{brand} ceo to speak on {day} link
new {brand} ad is out link
how {brand} plans to grow in {place} link
{brand} vs {brand}: which one is for you link
{brand} report: {n} million users link
rt someone: {brand} opens a new store in {place} link
{n} tips for your {item} link
i posted a photo at {place} link
video: a first look at the {item} link
job: driver needed in {place} link
we are hiring in {place} link
sign up to win a {item} link
{brand} has a new logo
what do you think of the new {item}?
is it just me or did the {dev} change?
did anyone watch the game on {day}?
who is going to {place} on {day}?
see you at {place} on {day}
the game starts at {n} on {day}
concert on {day} at {place}
i might go to {place} on {day}
they play {n} games in {place}
the {day} show is at {n}
the meeting is on {day}
he said the {thing} was in {place}
she works at {brand} in {place}
is this the right account for questions?
hello, quick question about my {thing}
what documents do i need for a {thing}?
could you tell me where to find the {thing} number?
do i need a passport for {place}?
do points expire?
does my {thing} include a bag?
can {person} use my {thing}?
tell {team} i said hi
do it again on {day}
lol ok
haha true
same here
i see
interesting
yes please
maybe next year
no i haven't tried that
ok i'll try that
i did that already
what about {place}?
which terminal is it?
where can i download the {dev}?
where do i enter the code?
how does {feat} work?
is {feat} included?
let me know when {feat} is out
"""

POSITIVE = """
thanks for the quick reply
thank you for sorting my {thing} so fast
thanks, all sorted now
got it, thank you
thanks for the help {past}
thanks to {pperson} for getting me to {place}
{pperson} was {great}
{pperson} went above and beyond
{pperson} made my day
huge thanks to {pperson}
shout out to {pperson} in {place}
kudos to {pperson}
{great} service from {brand}
{great} {thing} today
{great} experience at {place}
love my new {item}
love this {item}, works {great}
i love {brand}
{brand} is {great}
{brand} you rock
best {item} i ever had
best {thing} ever
the {item} is {great}
the {item} works perfectly
the {item} was easy to set up and sounds {great}
easy to use and does what it says
works as expected, very happy
arrived early and works well
great value for the price
would buy again
highly recommend the {item}
five stars
very happy with my {item}
really impressed with {brand}
can't wait to fly to {place} on {day}
can't wait for the new {item}
so excited for {place}
looking forward to {day}
finally got my {item}, it's {great}
my {thing} arrived {dur} early
smooth {thing}, on time, friendly staff
on time and friendly crew
no problems at all, {great}
never had a problem with {brand}
problem solved in {n} minutes, {great}
they replaced my {item} for free
got my refund within {dur}, thanks
they found my bag, thank you
{brand} fixed it in {n} minutes
the new {dev} is {great}
new {dev} is so fast
loving the new {dev}
{brand} just made my trip
best customer service i have had
you guys are {great}
you are {great}, thanks
you're the best
thanks so much for your help
appreciate the help
much appreciated
that's {great}, thank you
good to hear, thanks
happy customer here
happy birthday to {person}
what a beautiful day in {place}
had so much fun at {place}
that game was {great}
congrats to {person}
proud of {person}
food was {great} and staff so friendly
delicious, will be back
the room was clean and the view {great}
my {person} loves the {item}
comfortable and looks {great}
perfect gift for {person}
it is fun, fast and cheap
{brand} wins again
i want the new {item} so bad
need that {item} in my life
the {item} is so cool
cool, thanks
well done {brand}
nice one {brand}
"""

_SLOT = re.compile(r"\{(\w+)\}")
_TAGS = (
    "#fail",
    "#badservice",
    "#customerservice",
    "#help",
    "#travel",
    "#tech",
    "#news",
    "#love",
    "#win",
    "",
)


def written(count: int, seed: int = 4) -> Iterator[tuple[str, str]]:
    """Yield that many texts and their labels, four in nine negative, three neutral, two positive."""
    draw = random.Random(seed)  # noqa: S311 (texts, no secrets)
    choices = {name: text.split("|") for name, text in SLOTS.items()}
    kinds = [
        (label, [line for line in text.splitlines() if line])
        for label, text in (("negative", NEGATIVE), ("neutral", NEUTRAL), ("positive", POSITIVE))
    ]

    def fill(text: str) -> str:
        while _SLOT.search(text):
            text = _SLOT.sub(lambda found: draw.choice(choices[found[1]]), text)
        return text

    for _ in range(count):
        label, lines = draw.choices(kinds, (4, 3, 2))[0]
        text = fill(draw.choice(lines))
        if (len(text) < 60 and draw.random() < 0.35) or draw.random() < 0.15:
            text += draw.choice((". ", " ", ", ", "! ", "... ")) + fill(draw.choice(lines))
        if label == "negative" and draw.random() < 0.25:
            text += draw.choice((". ", " ", "! ", ", ")) + fill(
                draw.choice(("{ask}?", "{angry}", "{angry}", "{ask}"))
            )
        if label == "neutral" and draw.random() < 0.2:
            text += draw.choice(
                (" thanks", " please", " thx", " link", "?", " :)", " link", " please advise")
            )
        if draw.random() < 0.5:
            text = (
                draw.choice(("@brand ", "@brand ", "hey @brand ", "@brand hi, ", "@someone @brand ")) + text
            )
        elif draw.random() < 0.15:
            text += " @brand"
        if draw.random() < 0.5:
            text = text[:1].upper() + text[1:]
        if draw.random() < 0.05 and label == "negative":
            text = text.upper()
        if draw.random() < 0.3:
            text = (
                text.replace("n't", "nt")
                if draw.random() < 0.4
                else text + draw.choice((".", "!", "!!", "..."))
            )
        if draw.random() < 0.08:
            text += " " + draw.choice(_TAGS)
        yield text.strip(), label
