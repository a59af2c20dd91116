"""The pages' HTML. Everything put in is escaped."""

LIST = """\
<main id="content" class="tickets">
<h1>{{ title }}</h1>
<div class="scroll"><table>
<thead><tr>{% for heading in head %}<th scope="col">{{ heading }}</th>{% endfor %}</tr></thead>
<tbody>
{% for ticket in tickets %}
<tr>
<td><a href="{{ ticket.ref.url }}">{{ ticket.ref.key }}</a> {{ ticket.subject }}</td>
<td>{{ ticket.customer.name if ticket.customer else '' }}</td>
<td>{{ priority(ticket) }}</td>
<td>{{ status(ticket) }}</td>
<td>{{ ticket.owner.name if ticket.owner else nobody }}</td>
<td>{{ due(ticket) }}</td>
</tr>
{% endfor %}
</tbody>
</table></div>
</main>
"""

CASE = """\
<main id="content" class="tickets">
<p><a href="{{ list }}">{{ say.back }}</a></p>
<h1>{{ title }}</h1>
<dl>
{% for label, value in facts %}
<dt>{{ label }}</dt><dd>{{ value }}</dd>
{% endfor %}
</dl>
{% if clocks %}
<h2>{{ say.clocks }}</h2>
<ul class="clocks">
{% for name, state, words in clocks %}
<li class="{{ state }}"><strong>{{ name }}</strong> {{ words }}</li>
{% endfor %}
</ul>
{% endif %}
<h2>{{ say.conversation }}</h2>
<article><header>{{ ticket.requester.name if ticket.requester else '' }} · {{ moment(ticket.created_at) }}</header>
<p>{{ ticket.description }}</p></article>
{% for comment in comments %}
<article{% if comment.audience == internal %} class="internal"{% endif %}>
<header>{{ comment.author.name if comment.author else '' }} · {{ moment(comment.at) }}
{% if comment.audience == internal %} · {{ say.internal }}{% endif %}</header>
<p>{{ comment.text }}</p>
</article>
{% endfor %}
{% if articles %}
<h2>{{ say.articles }}</h2>
<ul>
{% for article in articles %}
<li>{{ article.ref.key }} · {{ article.title }}</li>
{% endfor %}
</ul>
{% endif %}
{% if changes %}
<h2>{{ say.history }}</h2>
<ul>
{% for change in changes %}
<li>{{ moment(change.at) }} · {{ change.by }} · {{ field(change.field) }}:
{{ value(change.field, change.old) }} → {{ value(change.field, change.new) }}</li>
{% endfor %}
</ul>
{% endif %}
</main>
"""
